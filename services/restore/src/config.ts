import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import {
  busSettings,
  checkBus,
  checkStore,
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
    'WiredTiger cache of the mongod of one restore.',
  ),
  restoreTotalCacheMib: setting(
    'HEADWATER_RESTORE_TOTAL_CACHE_MIB',
    wholeNumber({ min: 256, max: 1_048_576, unit: 'MiB' }).optional(),
    'WiredTiger caches of all restores that run together; what the most jobs take unless it is set.',
  ),
  restoreMaxJobs: setting(
    'HEADWATER_RESTORE_MAX_JOBS',
    wholeNumber({ min: 1, max: 16, unit: 'jobs' }).default(2),
    'Restores that run at the same time; others wait.',
  ),
  restoreDiskReserveMib: setting(
    'HEADWATER_RESTORE_DISK_RESERVE_MIB',
    wholeNumber({ min: 0, max: 1_073_741_824, unit: 'MiB' }).default(1024),
    'What restores leave free on every file system.',
  ),
  restoreStateDirectory: setting(
    'HEADWATER_RESTORE_STATE_DIRECTORY',
    text().optional(),
    'Where the records of restore jobs are kept; a directory `restores` beside the bus file unless it is set.',
  ),
  ...mongodSettings,
});

const relations = schema.superRefine((config, context) => {
  checkBus(config, context);
  checkStore(config, context);
  const { bus, restoreStateDirectory, restoreCacheMib, restoreTotalCacheMib } = config;
  if (bus === 'kafka' && restoreStateDirectory === undefined) {
    context.addIssue({
      code: 'custom',
      path: ['restoreStateDirectory'],
      message: 'is needed with HEADWATER_BUS=kafka',
    });
  }
  if (restoreTotalCacheMib !== undefined && restoreTotalCacheMib < restoreCacheMib) {
    context.addIssue({
      code: 'custom',
      path: ['restoreTotalCacheMib'],
      message: 'must not be below HEADWATER_RESTORE_CACHE_MIB',
    });
  }
});

export type RestoreConfig = z.output<typeof schema>;

/** The host that does the work: a job says which, since its directory is there. */
export const thisHost = hostname();

/** Where the records of restore jobs are kept. */
export function stateDirectoryOf({ restoreStateDirectory, busFile }: RestoreConfig): string {
  return restoreStateDirectory ?? join(dirname(busFile ?? ''), 'restores');
}

export function readConfig(environment: NodeJS.ProcessEnv = process.env): RestoreConfig {
  return parseConfig(relations, environment, 'restore');
}
