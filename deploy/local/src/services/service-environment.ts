import type { MongodBinary } from '@headwater/mongod';
import { variableOf } from '@headwater/mongod';
import { environmentNames } from '@headwater/contracts';

export interface EnvironmentOptions {
  /** Ours: what a user sets in it reaches every service. */
  readonly inherited: NodeJS.ProcessEnv;
  readonly uri: string;
  readonly binary: MongodBinary;
  /** The variables of its bus and its store. */
  readonly servers: NodeJS.ProcessEnv;
  readonly heads: string;
  readonly restoreState: string;
  /** Short intervals, so that one run shows everything within a minute. */
  readonly once: boolean;
}

/** Where the launcher has the last word: it talks to the services itself. */
const topicPrefix = 'headwater';

const shortIntervals = {
  HEADWATER_SLICE_MAX_AGE_SECONDS: '1',
  HEADWATER_SNAPSHOT_INTERVAL_SECONDS: '15',
};

/** The environment of every service, but for its port. A misspelt name in the inherited one is left for them to refuse. */
export function serviceEnvironment(options: EnvironmentOptions): NodeJS.ProcessEnv {
  const { HEADWATER_MONGODB_URI_FILE: _file, ...inherited } = options.inherited;
  return {
    ...(options.once ? shortIntervals : {}),
    ...inherited,
    [mongodVariable(options.binary)]: options.binary.path,
    HEADWATER_MONGODB_URI: options.uri,
    HEADWATER_HOST: '127.0.0.1',
    HEADWATER_TOPIC_PREFIX: topicPrefix,
    ...options.servers,
    HEADWATER_HEAD_DIRECTORY: options.heads,
    HEADWATER_RESTORE_STATE_DIRECTORY: options.restoreState,
  };
}

/** So that the services run the very mongod that was found, and look for none. */
function mongodVariable({ series }: MongodBinary): string {
  const own = variableOf(series);
  return environmentNames.some(({ name }) => name === own) ? own : 'HEADWATER_MONGOD';
}
