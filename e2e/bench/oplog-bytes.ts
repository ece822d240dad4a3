import type { OplogTimestamp } from '@headwater/oplog';
import { Timestamp, type MongoClient } from 'mongodb';

/** How many entries a member's oplog has after `from` and up to `to`, and how many bytes of BSON they are. */
export async function bytesOfOplog(
  client: MongoClient,
  from: OplogTimestamp,
  to: OplogTimestamp,
): Promise<{ readonly entries: number; readonly bytes: number }> {
  const [sum] = await client
    .db('local')
    .collection('oplog.rs')
    .aggregate<{ entries: number; bytes: number }>([
      { $match: { ts: { $gt: new Timestamp(from), $lte: new Timestamp(to) } } },
      { $group: { _id: null, entries: { $sum: 1 }, bytes: { $sum: { $bsonSize: '$$ROOT' } } } },
    ])
    .toArray();
  return sum ?? { entries: 0, bytes: 0 };
}
