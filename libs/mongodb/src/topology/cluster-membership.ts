import { ObjectId } from 'bson';
import type { CommandDocument } from '../connection/command-runner.js';
import type { DirectConnection } from '../connection/direct-connection.js';

/** What a replica set is in a sharded cluster. */
export interface ClusterMembership {
  readonly role: 'shard' | 'config-server';
  /** 24 hex digits, the same in every member of one cluster; null where the server does not say. */
  readonly clusterId: string | null;
  /** The cluster's name for it; null for a config server that holds no data of its own. */
  readonly shard: string | null;
}

/** The id under which a config server that holds data stands among the shards of its cluster. */
const configShard = 'config';

/**
 * What the replica set itself says; null: it belongs to no cluster. A replica set becomes a shard when it is added to a
 * cluster, and is none before, whatever its command line says.
 *
 * @throws mongodbErrors.notAuthorized
 */
export async function clusterMembershipOf(connection: DirectConnection): Promise<ClusterMembership | null> {
  if (await isConfigServer(connection)) {
    const version = await documentOf(connection, 'config', { find: 'version' });
    // From 7.0 on every config server has a shard identity, so that this tells one that holds data.
    const shard = await documentOf(connection, 'config', { find: 'shards', filter: { _id: configShard } });
    return {
      role: 'config-server',
      clusterId: idOf(version?.['clusterId']),
      shard: shard === null ? null : configShard,
    };
  }
  const filter = { _id: 'shardIdentity' };
  const identity = await documentOf(connection, 'admin', { find: 'system.version', filter });
  if (identity === null) {
    return null;
  }
  return { role: 'shard', clusterId: idOf(identity['clusterId']), shard: nameOf(identity['shardName']) };
}

async function isConfigServer(connection: DirectConnection): Promise<boolean> {
  const reply = await connection.command('admin', { replSetGetConfig: 1 });
  const { config } = reply as { config: { configsvr?: boolean } };
  return config.configsvr === true;
}

async function documentOf(
  connection: DirectConnection,
  db: string,
  find: CommandDocument,
): Promise<Record<string, unknown> | null> {
  const reply = await connection.command(db, { ...find, limit: 1, singleBatch: true });
  const { cursor } = reply as { cursor: { firstBatch: Record<string, unknown>[] } };
  return cursor.firstBatch[0] ?? null;
}

function idOf(value: unknown): string | null {
  return value instanceof ObjectId ? value.toHexString() : null;
}

function nameOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
