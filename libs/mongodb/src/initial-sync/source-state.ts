import type { ObjectId } from 'bson';
import type { OplogTimestamp } from '@headwater/oplog';
import type { DirectConnection } from '../connection/direct-connection.js';
import { serverCodeOf } from '../connection/driver-failure.js';
import { oplogCollection, oplogDatabase } from '../entries/oplog-entries.js';
import { bsonTimestamp, oplogTimestamp, type Optime } from '../entries/optime.js';

const unauthorized = 13;
const fcvDocument = 'featureCompatibilityVersion';
/** The oplog between begin and stop may hold hours of writes; in milliseconds. */
const windowMillis = 900_000;

/** Null when the user may not ask: it takes the action `internal`, which no built-in role but __system has. */
export async function rollbackId(connection: DirectConnection): Promise<number | null> {
  try {
    const { rbid } = await connection.command('admin', { replSetGetRBID: 1 });
    return Number(rbid);
  } catch (error) {
    if (serverCodeOf(error) === unauthorized) {
      return null;
    }
    throw error;
  }
}

/** Changes whenever the member's state changes, or its view of the set. */
export async function topologyVersion(connection: DirectConnection): Promise<string> {
  const reply = await connection.command('admin', { hello: 1 });
  const { processId, counter } = (reply as { topologyVersion: { processId: ObjectId; counter: number } })
    .topologyVersion;
  return `${processId.toHexString()}:${String(counter)}`;
}

/**
 * The smallest start of all transactions that are open in the member's newest state; null: none is. (The server
 * refuses snapshot reads of the session table: a secondary writes it once a batch.)
 */
export async function oldestOpenTransaction(connection: DirectConnection): Promise<OplogTimestamp | null> {
  const reply = await connection.command('config', {
    find: 'transactions',
    filter: { state: { $in: ['prepared', 'inProgress'] }, startOpTime: { $exists: true } },
    sort: { 'startOpTime.ts': 1 },
    limit: 1,
    readConcern: { level: 'local' },
    maxTimeMS: 20_000,
  });
  const { cursor } = reply as { cursor: { firstBatch: { startOpTime: Optime }[] } };
  const oldest = cursor.firstBatch[0];
  return oldest === undefined ? null : oplogTimestamp(oldest.startOpTime.ts);
}

/** Was there a setFCV? The window is read on the server, whatever its length: only a match travels. */
export async function fcvChanged(
  connection: DirectConnection,
  { from, to }: { from: OplogTimestamp; to: OplogTimestamp },
): Promise<boolean> {
  const query = {
    filter: {
      ts: { $gte: bsonTimestamp(from), $lte: bsonTimestamp(to) },
      ns: 'admin.system.version',
      $or: [{ 'o2._id': fcvDocument }, { 'o._id': fcvDocument }],
    },
    limit: 1,
    maxTimeMS: windowMillis,
  };
  const options = { deadlineMillis: windowMillis + 5_000 };
  for await (const batch of connection.findRaw(oplogDatabase, oplogCollection, query, options)) {
    return batch.length > 0;
  }
  return false;
}

export const committed = { level: 'majority' };

/** The read concern of what a copy reads. */
export function committedSince(ts: OplogTimestamp): object {
  return { ...committed, afterClusterTime: bsonTimestamp(ts) };
}
