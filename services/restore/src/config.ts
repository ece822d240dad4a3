import { hostname } from 'node:os';
import {
  busSettings,
  mongodSettings,
  parseConfig,
  serviceSettings,
  setting,
  storeSettings,
  text,
  wholeNumber,
} from '@headwater/service-kit';
import { z } from 'zod';

const schema = z.object({
  ...serviceSettings('HEADWATER_RESTORE_PORT', 7300),
  ...busSettings,
  ...storeSettings,
  restoreRoot: setting(
    'HEADWATER_RESTORE_ROOT',
    text().optional(),
    'Where set, restores may only go to directories below it.',
  ),
  restoreCacheMib: setting(
    'HEADWATER_RESTORE_CACHE_MIB',
    wholeNumber({ min: 256, max: 1_048_576, unit: 'MiB' }).default(512),
    'WiredTiger cache of the mongod that replays and verifies.',
  ),
  ...mongodSettings,
});

export type RestoreConfig = z.output<typeof schema>;

/** The host that does the work: a job says which, since its directory is there. */
export const thisHost = hostname();

export function readConfig(environment: NodeJS.ProcessEnv = process.env): RestoreConfig {
  return parseConfig(schema, environment, 'restore');
}
