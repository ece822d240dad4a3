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
  ...serviceSettings('HEADWATER_SNAPSHOT_BUILDER_PORT', 7312),
  ...busSettings,
  ...storeSettings,
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
  ...mongodSettings,
});

export type SnapshotBuilderConfig = z.output<typeof schema>;

export function readConfig(environment: NodeJS.ProcessEnv = process.env): SnapshotBuilderConfig {
  return parseConfig(schema, environment, 'snapshot-builder');
}
