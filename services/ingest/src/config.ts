import { logLevels, oneOf, parseConfig, setting, text, wholeNumber } from '@headwater/service-kit';
import { z } from 'zod';

const schema = z
  .object({
    host: setting('HEADWATER_HOST', text().default('127.0.0.1'), 'Address to listen on.'),
    port: setting(
      'HEADWATER_INGEST_PORT',
      wholeNumber({ min: 0, max: 65_535 }).default(7311),
      'Port; 0 takes a free one.',
    ),
    logLevel: setting('HEADWATER_LOG_LEVEL', oneOf(logLevels).default('info'), 'Least level that is logged.'),
    bus: setting('HEADWATER_BUS', oneOf(['embedded']).default('embedded'), 'Kind of bus.'),
    busFile: setting('HEADWATER_BUS_FILE', text(), 'File of the embedded bus.'),
    topicPrefix: setting('HEADWATER_TOPIC_PREFIX', text().default('headwater'), 'First word of every topic.'),
    store: setting('HEADWATER_STORE', oneOf(['directory']).default('directory'), 'Kind of store.'),
    storeDirectory: setting('HEADWATER_STORE_DIRECTORY', text(), 'Root of the directory store.'),
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
