/**
 * - append: entries go into the oplog, documents and indexes into the collections; nothing is replayed.
 * - recover: the start replays the oplog from `begin` to its top; afterwards user data is read-only.
 * - inspect: as append; for looking only.
 */
export type MongodMode = 'append' | 'recover' | 'inspect';

export interface MongodArguments {
  /** Absolute. */
  readonly directory: string;
  readonly socketDirectory: string;
  readonly mode: MongodMode;
  readonly cacheMiB: number;
  /** The binary takes `allowDocumentsGreaterThanMaxUserSize`. */
  readonly largeEntries: boolean;
}

/** mongodb-facts 2: no thread of the server may change data by itself, and the closing checkpoint keeps `begin`. */
const alwaysParameters = {
  ttlMonitorEnabled: false,
  disableLogicalSessionCacheRefresh: true,
  takeUnstableCheckpointOnShutdown: true,
  diagnosticDataCollectionEnabled: false,
};

const recoverParameters = {
  recoverFromOplogAsStandalone: true,
  startupRecoveryForRestore: true,
};

/** The least that WiredTiger takes. */
const leastCacheMiB = 256;

export function socketPathOf(socketDirectory: string): string {
  return `${socketDirectory}/mongod.sock`;
}

/** The command line of a standalone that listens on a Unix socket only. */
export function mongodArguments(options: MongodArguments): string[] {
  const parameters = {
    ...alwaysParameters,
    ...(options.largeEntries ? { allowDocumentsGreaterThanMaxUserSize: true } : {}),
    ...(options.mode === 'recover' ? recoverParameters : {}),
  };
  return [
    ...['--dbpath', options.directory],
    ...['--bind_ip', socketPathOf(options.socketDirectory)],
    ...['--unixSocketPrefix', options.socketDirectory],
    ...['--wiredTigerCacheSizeGB', String(Math.max(options.cacheMiB, leastCacheMiB) / 1024)],
    ...Object.entries(parameters).flatMap(([name, value]) => ['--setParameter', `${name}=${String(value)}`]),
  ];
}
