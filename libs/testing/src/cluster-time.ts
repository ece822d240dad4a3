import { Timestamp, type Document, type MongoClient } from 'mongodb';
import type { OplogTimestamp } from '@headwater/oplog';

export function bsonTimestampOf({ t, i }: OplogTimestamp): Timestamp {
  return new Timestamp({ t, i });
}

/** A BSON timestamp of the server's as ours. */
export function oplogTimestampOf({ t, i }: Timestamp): OplogTimestamp {
  return { t, i };
}

/**
 * When a command took place: of a write that was not retried, the timestamp of its oplog entry.
 *
 * @throws Error for a reply without one, as a standalone gives it.
 */
export function operationTimeOf(reply: Document): OplogTimestamp {
  const { operationTime } = reply as { operationTime?: unknown };
  if (operationTime instanceof Timestamp) return oplogTimestampOf(operationTime);
  throw new Error('the reply has no operationTime');
}

/** Puts an entry without effect into the oplog and returns its majority-committed timestamp: a mark between writes. */
export async function markOplog(client: MongoClient): Promise<OplogTimestamp> {
  const note = { appendOplogNote: 1, data: { mark: 1 }, writeConcern: { w: 'majority' } };
  return operationTimeOf(await client.db('admin').command(note));
}
