import type { MongoClient, MongoClientOptions } from 'mongodb';
import type { MongodBinary } from '@headwater/mongod';
import { mongoClient } from '../mongo-client.js';
import { Member } from './member.js';

/** Restored files under a plain standalone mongod that changes nothing in them by itself. */
export interface Restored {
  readonly uri: string;
  readonly pid: number;
  /** A client, closed by `stop` at the latest. It connects with its first operation. */
  connect(options?: MongoClientOptions): MongoClient;
  /** Clean shutdown; the directory stays. */
  stop(): Promise<void>;
}

/**
 * Opens restored files in order to look at them: no replica set, expired documents stay, no session clean-up.
 *
 * @throws Error with the end of the log when mongod does not open them.
 */
export async function startRestored(
  directory: string,
  binary: Pick<MongodBinary, 'path'>,
): Promise<Restored> {
  const member = await Member.start({
    binary: binary.path,
    directory,
    cacheMiB: 256,
    parameters: {
      ttlMonitorEnabled: false,
      disableLogicalSessionCacheRefresh: true,
      takeUnstableCheckpointOnShutdown: true,
    },
  });
  const clients: MongoClient[] = [];
  return {
    uri: member.directUri,
    pid: member.pid,
    connect(options = {}) {
      const client = mongoClient(member.directUri, options);
      clients.push(client);
      return client;
    },
    async stop() {
      await Promise.all(clients.splice(0).map((client) => client.close(true)));
      await member.stop();
    },
  };
}
