import { homedir } from 'node:os';
import { join } from 'node:path';
import { logLevels, oneOf, parseConfig, setting, text, wholeNumber } from '@headwater/service-kit';
import { z } from 'zod';

const schema = z.object({
  host: setting('HEADWATER_HOST', text().default('127.0.0.1'), 'Address to listen on.'),
  port: setting(
    'HEADWATER_SNAPSHOT_BUILDER_PORT',
    wholeNumber({ min: 0, max: 65_535 }).default(7312),
    'Port; 0 takes a free one.',
  ),
  logLevel: setting('HEADWATER_LOG_LEVEL', oneOf(logLevels).default('info'), 'Least level that is logged.'),
  bus: setting('HEADWATER_BUS', oneOf(['embedded']).default('embedded'), 'Kind of bus.'),
  busFile: setting('HEADWATER_BUS_FILE', text(), 'File of the embedded bus.'),
  topicPrefix: setting('HEADWATER_TOPIC_PREFIX', text().default('headwater'), 'First word of every topic.'),
  store: setting('HEADWATER_STORE', oneOf(['directory']).default('directory'), 'Kind of store.'),
  storeDirectory: setting('HEADWATER_STORE_DIRECTORY', text(), 'Root of the directory store.'),
  headDirectory: setting(
    'HEADWATER_HEAD_DIRECTORY',
    text(),
    'Where the heads are kept: as large as what is protected.',
  ),
  headCacheMib: setting(
    'HEADWATER_HEAD_CACHE_MIB',
    wholeNumber({ min: 256, max: 1_048_576, unit: 'MiB' }).default(512),
    'WiredTiger cache of the mongod that applies the oplog to a head.',
  ),
  snapshotIntervalSeconds: setting(
    'HEADWATER_SNAPSHOT_INTERVAL_SECONDS',
    wholeNumber({ min: 5, max: 604_800, unit: 'seconds' }).default(3600),
    'From one snapshot to the next. The first one follows the initial sync at once.',
  ),
  cacheDirectory: setting(
    'HEADWATER_CACHE_DIRECTORY',
    text().default(join(homedir(), '.cache', 'headwater')),
    'Where an obtained mongod binary is kept.',
  ),
  mongod: setting('HEADWATER_MONGOD', text().optional(), 'mongod binary for every version.'),
  mongod60: setting('HEADWATER_MONGOD_6_0', text().optional(), 'mongod binary for sources on 6.0.'),
  mongod70: setting('HEADWATER_MONGOD_7_0', text().optional(), 'mongod binary for sources on 7.0.'),
  mongod80: setting('HEADWATER_MONGOD_8_0', text().optional(), 'mongod binary for sources on 8.0.'),
});

export type SnapshotBuilderConfig = z.output<typeof schema>;

export function readConfig(environment: NodeJS.ProcessEnv = process.env): SnapshotBuilderConfig {
  return parseConfig(schema, environment, 'snapshot-builder');
}
