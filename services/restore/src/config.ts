import { homedir, hostname } from 'node:os';
import { join } from 'node:path';
import { logLevels, oneOf, parseConfig, setting, text, wholeNumber } from '@headwater/service-kit';
import { z } from 'zod';

const schema = z.object({
  host: setting('HEADWATER_HOST', text().default('127.0.0.1'), 'Address to listen on.'),
  port: setting(
    'HEADWATER_RESTORE_PORT',
    wholeNumber({ min: 0, max: 65_535 }).default(7300),
    'Port; 0 takes a free one.',
  ),
  logLevel: setting('HEADWATER_LOG_LEVEL', oneOf(logLevels).default('info'), 'Least level that is logged.'),
  bus: setting('HEADWATER_BUS', oneOf(['embedded']).default('embedded'), 'Kind of bus.'),
  busFile: setting('HEADWATER_BUS_FILE', text(), 'File of the embedded bus.'),
  topicPrefix: setting('HEADWATER_TOPIC_PREFIX', text().default('headwater'), 'First word of every topic.'),
  store: setting('HEADWATER_STORE', oneOf(['directory']).default('directory'), 'Kind of store.'),
  storeDirectory: setting('HEADWATER_STORE_DIRECTORY', text(), 'Root of the directory store.'),
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
  cacheDirectory: setting(
    'HEADWATER_CACHE_DIRECTORY',
    text().default(join(homedir(), '.cache', 'headwater')),
    'Where an obtained mongod binary is kept.',
  ),
  mongod: setting('HEADWATER_MONGOD', text().optional(), 'mongod binary for every version.'),
  mongod60: setting('HEADWATER_MONGOD_6_0', text().optional(), 'mongod binary for backups of 6.0.'),
  mongod70: setting('HEADWATER_MONGOD_7_0', text().optional(), 'mongod binary for backups of 7.0.'),
  mongod80: setting('HEADWATER_MONGOD_8_0', text().optional(), 'mongod binary for backups of 8.0.'),
});

export type RestoreConfig = z.output<typeof schema>;

/** The host that does the work: a job says which, since its directory is there. */
export const thisHost = hostname();

export function readConfig(environment: NodeJS.ProcessEnv = process.env): RestoreConfig {
  return parseConfig(schema, environment, 'restore');
}
