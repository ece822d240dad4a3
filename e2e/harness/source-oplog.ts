import type { Document, MongoClient, Timestamp } from 'mongodb';
import { scanEntries, type OplogTimestamp, type RawEntry } from '@headwater/oplog';
import { bsonTimestampOf, oplogTimestampOf } from '@headwater/testing';

interface OplogEntry extends Document {
  readonly ts: Timestamp;
}

const oplogOf = (client: MongoClient) => client.db('local').collection<OplogEntry>('oplog.rs');

/** The largest timestamp of the source's oplog that is not above `ts`. */
export async function largestEntryUpTo(client: MongoClient, ts: OplogTimestamp): Promise<OplogTimestamp> {
  const [entry] = await oplogOf(client)
    .find({ ts: { $lte: bsonTimestampOf(ts) } }, { projection: { ts: 1 } })
    .sort({ $natural: -1 })
    .limit(1)
    .toArray();
  if (entry === undefined) throw new Error('the source has no such entry');
  return oplogTimestampOf(entry.ts);
}

/** The timestamp of the oldest entry that the source still has. */
export async function oldestEntry(client: MongoClient): Promise<OplogTimestamp> {
  const [entry] = await oplogOf(client)
    .find({}, { projection: { ts: 1 } })
    .sort({ $natural: 1 })
    .limit(1)
    .toArray();
  if (entry === undefined) throw new Error('the source has no oplog');
  return oplogTimestampOf(entry.ts);
}

/** All entries of (from, to] as the bytes that the source holds. */
export async function rawEntriesOf(
  client: MongoClient,
  from: OplogTimestamp,
  to: OplogTimestamp,
): Promise<RawEntry[]> {
  const range = { ts: { $gt: bsonTimestampOf(from), $lte: bsonTimestampOf(to) } };
  const documents = await oplogOf(client).find(range, { raw: true }).sort({ $natural: 1 }).toArray();
  return documents.flatMap((bytes) => scanEntries(bytes as unknown as Buffer));
}
