import { Long, Timestamp, type Document } from 'bson';
import { readPosition, type OplogTimestamp, type Position } from '@headwater/oplog';
import type { Mongod } from '../process/mongod.js';

/** Where startup recovery stands: the one document of `local.replset.minvalid`. */
export interface Minvalid {
  /** Up to here the data may be inconsistent until it has been applied. */
  readonly position: Position;
  /** What is applied: the next recovery begins behind it. Without it recovery silently applies nothing. */
  readonly begin: Position | null;
}

const readMillis = 30_000;

export function toTimestamp({ t, i }: OplogTimestamp): Timestamp {
  return new Timestamp({ t, i });
}

/** Replaces minvalid in one write. */
export async function setMinvalid(mongod: Mongod, minvalid: Minvalid): Promise<void> {
  const { position, begin } = minvalid;
  const u = { ...optimeOf(position), ...(begin === null ? {} : { begin: optimeOf(begin) }) };
  await mongod.connection.command('local', {
    update: 'replset.minvalid',
    updates: [{ q: {}, u, upsert: true }],
  });
}

/** Null when there is none. */
export async function readMinvalid(mongod: Mongod): Promise<Minvalid | null> {
  const document = await first(mongod, 'replset.minvalid', {});
  if (document === null) return null;
  const position = positionOf(document);
  const begin = document['begin'] === undefined ? null : positionOf(document['begin'] as Document);
  return { position, begin };
}

/** The last entry of the oplog; null when there is no oplog or it is empty. */
export async function oplogTop(mongod: Mongod): Promise<Position | null> {
  // Forward reads would block after an insert: only backward ones answer at once (mongodb-facts 2).
  const backward = { sort: { $natural: -1 }, limit: 1, singleBatch: true, maxTimeMS: readMillis };
  for await (const [entry] of mongod.connection.findRaw('local', 'oplog.rs', backward)) {
    if (entry !== undefined) return readPosition(entry);
  }
  return null;
}

/**
 * The oldest entry that a transaction which is still open needs: smallest startOpTime of the session table. Null
 * when there is none. Only true to the data while nothing lies in the oplog above `begin`.
 */
export async function oldestOpenTransaction(mongod: Mongod): Promise<OplogTimestamp | null> {
  const document = await first(mongod, 'transactions', {
    db: 'config',
    filter: { state: { $in: ['prepared', 'inProgress'] }, startOpTime: { $exists: true } },
    sort: { 'startOpTime.ts': 1 },
  });
  return document === null ? null : positionOf(document['startOpTime'] as Document).ts;
}

interface Question {
  readonly db?: string;
  readonly filter?: Document;
  readonly sort?: Document;
}

async function first(mongod: Mongod, collection: string, question: Question): Promise<Document | null> {
  const { db = 'local', ...query } = question;
  const find = { find: collection, ...query, limit: 1, singleBatch: true, maxTimeMS: readMillis };
  const reply = await mongod.connection.command(db, find, { promoteValues: false });
  const { firstBatch } = reply['cursor'] as { firstBatch: Document[] };
  return firstBatch[0] ?? null;
}

function optimeOf({ ts, term }: Position): Document {
  return { ts: toTimestamp(ts), t: Long.fromNumber(term) };
}

function positionOf({ ts, t }: Document): Position {
  const stamp = ts as Timestamp;
  return { ts: { t: stamp.t, i: stamp.i }, term: Number(t) };
}
