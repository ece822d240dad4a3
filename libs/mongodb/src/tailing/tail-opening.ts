import { readPosition, type Position } from '@headwater/oplog';
import type { DirectConnection } from '../connection/direct-connection.js';
import { RawCursor } from '../connection/raw-cursor.js';
import { oldestEntry, oplogCollection, oplogDatabase } from '../entries/oplog-entries.js';
import { bsonTimestamp } from '../entries/optime.js';
import { openingVerdict } from './opening-verdict.js';
import { OplogTail, type TailPace } from './oplog-tail.js';

export type TailOpening =
  | { readonly kind: 'ok'; readonly tail: OplogTail }
  /** The member's oplog begins after the asked position: what lies between is lost, there at least. */
  | { readonly kind: 'gap'; readonly oldest: Position }
  /** The asked entry was rolled back: the member has another history above it. */
  | { readonly kind: 'fork'; readonly found: Position }
  /** The member has (majority-committed) nothing at or above the asked position: wait, or take another. */
  | { readonly kind: 'behind' };

export interface TailStart {
  /** The entry that must be the first one read: its timestamp and its term. */
  readonly from: Position;
  /** True: that entry is delivered too, as the first one. */
  readonly inclusive: boolean;
}

/** How long the server waits for something new before it answers with an empty batch, in milliseconds. */
const awaitMillis = 500;
/** A member that takes longer than this for a batch, in milliseconds, is given up. */
const batchMillis = 15_000;
/** Entries a batch at most: some MB of ordinary entries. The server ends it at 16 MB at the latest. */
const batchSize = 8_000;

export async function openTail(
  connection: DirectConnection,
  { from, inclusive }: TailStart,
  pace: Omit<TailPace, 'fullBatch'>,
): Promise<TailOpening> {
  const cursor = await openCursor(connection, from);
  try {
    const entries = await firstEntries(cursor);
    const first = entries[0] === undefined ? null : readPosition(entries[0]);
    const oldest = await oldestEntry(connection);
    const verdict = openingVerdict(from, first, oldest);
    if (verdict === 'continues') {
      const pending = inclusive ? entries : entries.slice(1);
      return { kind: 'ok', tail: new OplogTail(cursor, pending, { ...pace, fullBatch: batchSize / 4 }) };
    }
    await cursor.close();
    if (verdict === 'gap' && oldest !== null) {
      return { kind: 'gap', oldest };
    }
    return verdict === 'fork' && first !== null ? { kind: 'fork', found: first } : { kind: 'behind' };
  } catch (error) {
    await cursor.close();
    throw error;
  }
}

/** An entry that was just written reaches the majority a moment later: the server is given its await time for it. */
async function firstEntries(cursor: RawCursor): Promise<Buffer[]> {
  const entries = (await cursor.next()) ?? [];
  return entries.length > 0 ? entries : ((await cursor.next()) ?? []);
}

function openCursor(connection: DirectConnection, from: Position): Promise<RawCursor> {
  const find = {
    find: oplogCollection,
    filter: { ts: { $gte: bsonTimestamp(from.ts) } },
    tailable: true,
    awaitData: true,
    readConcern: { level: 'majority' },
    batchSize,
    maxTimeMS: batchMillis,
  };
  const getMore = { batchSize, maxTimeMS: awaitMillis };
  return RawCursor.open(connection.runner, oplogDatabase, find, { getMore, deadlineMillis: batchMillis });
}
