/** A variable that some service of Headwater reads. */
export interface EnvironmentName {
  readonly name: string;
  /** May be given as `<name>_FILE`, the path of a file that holds it; never printed. */
  readonly secret?: true;
}

/**
 * Every `HEADWATER_*` variable of every service: a shared `.env` serves them all, and a name outside this list is a
 * misspelling.
 */
export const environmentNames: readonly EnvironmentName[] = [
  { name: 'HEADWATER_AGENT_ID' },
  { name: 'HEADWATER_AGENT_PORT' },
  { name: 'HEADWATER_ALERTING_PORT' },
  { name: 'HEADWATER_BATCH_MAX_AGE_MILLISECONDS' },
  { name: 'HEADWATER_BATCH_MAX_KIB' },
  { name: 'HEADWATER_BLOCK_SNAPSHOT_INTERVAL_SECONDS' },
  { name: 'HEADWATER_BUS' },
  { name: 'HEADWATER_BUS_FILE' },
  { name: 'HEADWATER_BUS_KEPT_MIB' },
  { name: 'HEADWATER_BUS_LIMIT_MIB' },
  { name: 'HEADWATER_CACHE_DIRECTORY' },
  { name: 'HEADWATER_DEPLOYMENT' },
  { name: 'HEADWATER_FAULTS' },
  { name: 'HEADWATER_HEAD_CACHE_MIB' },
  { name: 'HEADWATER_HEAD_DIRECTORY' },
  { name: 'HEADWATER_HOST' },
  { name: 'HEADWATER_INGEST_PORT' },
  { name: 'HEADWATER_INITIAL_SYNC_PART_MIB' },
  { name: 'HEADWATER_INITIAL_SYNC_WINDOW_MIB' },
  { name: 'HEADWATER_LOG_LEVEL' },
  { name: 'HEADWATER_MAX_REPLAY_MINUTES' },
  { name: 'HEADWATER_MONGOD' },
  { name: 'HEADWATER_MONGOD_6_0' },
  { name: 'HEADWATER_MONGOD_7_0' },
  { name: 'HEADWATER_MONGOD_8_0' },
  { name: 'HEADWATER_MONGODB_URI', secret: true },
  { name: 'HEADWATER_RESTORE_CACHE_MIB' },
  { name: 'HEADWATER_RESTORE_DISK_RESERVE_MIB' },
  { name: 'HEADWATER_RESTORE_MAX_JOBS' },
  { name: 'HEADWATER_RESTORE_PORT' },
  { name: 'HEADWATER_RESTORE_ROOT' },
  { name: 'HEADWATER_RESTORE_STATE_DIRECTORY' },
  { name: 'HEADWATER_RESTORE_TOTAL_CACHE_MIB' },
  { name: 'HEADWATER_S3_ACCESS_KEY', secret: true },
  { name: 'HEADWATER_S3_BUCKET' },
  { name: 'HEADWATER_S3_CA_FILE' },
  { name: 'HEADWATER_S3_ENDPOINT' },
  { name: 'HEADWATER_S3_MAKE_BUCKET' },
  { name: 'HEADWATER_S3_PATH_STYLE' },
  { name: 'HEADWATER_S3_PREFIX' },
  { name: 'HEADWATER_S3_REGION' },
  { name: 'HEADWATER_S3_SECRET_KEY', secret: true },
  { name: 'HEADWATER_SHARD_COORDINATOR_PORT' },
  { name: 'HEADWATER_SLICE_BUFFER_MIB' },
  { name: 'HEADWATER_SLICE_MAX_AGE_SECONDS' },
  { name: 'HEADWATER_SLICE_MAX_MIB' },
  { name: 'HEADWATER_SNAPSHOT_BUILDER_PORT' },
  { name: 'HEADWATER_SNAPSHOT_INTERVAL_SECONDS' },
  { name: 'HEADWATER_STORE' },
  { name: 'HEADWATER_STORE_DIRECTORY' },
  { name: 'HEADWATER_TOPIC_PREFIX' },
];
