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
import type { ScheduleRules } from './schedule/snapshot-schedule.js';

const schemaFields = {
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
    'From one snapshot to the next, by the time of the oplog. The first one follows the initial sync at once.',
  ),
  blockSnapshotIntervalSeconds: setting(
    'HEADWATER_BLOCK_SNAPSHOT_INTERVAL_SECONDS',
    wholeNumber({ min: 5, max: 2_592_000, unit: 'seconds' }).optional(),
    'A block snapshot at least this often; the others are log snapshots. A day, or the interval where that is longer.',
  ),
  maxReplayMinutes: setting(
    'HEADWATER_MAX_REPLAY_MINUTES',
    wholeNumber({ min: 1, max: 1440, unit: 'minutes' }).default(15),
    'A block snapshot too when replaying from the last one would take longer, as estimated.',
  ),
  ...mongodSettings,
};

const schema = z.object(schemaFields).superRefine((config, context) => {
  checkBus(config, context);
  checkStore(config, context);
  const { blockSnapshotIntervalSeconds: block, snapshotIntervalSeconds } = config;
  if (block !== undefined && block < snapshotIntervalSeconds) {
    context.addIssue({
      code: 'custom',
      path: ['blockSnapshotIntervalSeconds'],
      message: 'must not be below HEADWATER_SNAPSHOT_INTERVAL_SECONDS',
    });
  }
});

export type SnapshotBuilderConfig = z.output<typeof schema>;

export function readConfig(environment: NodeJS.ProcessEnv = process.env): SnapshotBuilderConfig {
  return parseConfig(schema, environment, 'snapshot-builder');
}

const daySeconds = 86_400;

export function rulesOf(config: SnapshotBuilderConfig): ScheduleRules {
  const { snapshotIntervalSeconds, blockSnapshotIntervalSeconds, maxReplayMinutes } = config;
  return {
    intervalSeconds: snapshotIntervalSeconds,
    blockIntervalSeconds: blockSnapshotIntervalSeconds ?? Math.max(daySeconds, snapshotIntervalSeconds),
    maxReplaySeconds: maxReplayMinutes * 60,
  };
}
