import {
  busSettings,
  checkBus,
  checkStore,
  parseConfig,
  serviceSettings,
  setting,
  storeSettings,
  wholeNumber,
} from '@headwater/service-kit';
import { z } from 'zod';

const schema = z
  .object({
    ...serviceSettings('HEADWATER_INGEST_PORT', 7311),
    ...busSettings,
    ...storeSettings,
    sliceMaxAgeSeconds: setting(
      'HEADWATER_SLICE_MAX_AGE_SECONDS',
      wholeNumber({ min: 1, max: 3600, unit: 'seconds' }).default(10),
      'A slice is archived at this age: what a lost ingest host and a lost bus together can cost.',
    ),
    sliceMaxMib: setting(
      'HEADWATER_SLICE_MAX_MIB',
      wholeNumber({ min: 1, max: 256, unit: 'MiB' }).default(16),
      'A slice is archived at this size.',
    ),
    sliceBufferMib: setting(
      'HEADWATER_SLICE_BUFFER_MIB',
      wholeNumber({ min: 1, max: 4096, unit: 'MiB' }).default(96),
      'All open slices together; above it the largest is archived first.',
    ),
  })
  .superRefine((config, context) => {
    checkBus(config, context);
    checkStore(config, context);
    if (config.sliceBufferMib < config.sliceMaxMib) {
      context.addIssue({
        code: 'custom',
        path: ['sliceBufferMib'],
        message: 'must not be below HEADWATER_SLICE_MAX_MIB',
      });
    }
  });

export type IngestConfig = z.output<typeof schema>;

export function readConfig(environment: NodeJS.ProcessEnv = process.env): IngestConfig {
  return parseConfig(schema, environment, 'ingest');
}
