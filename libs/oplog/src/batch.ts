import { createHash } from 'node:crypto';
import { messageOf } from '@headwater/errors';
import { scanEntries, type RawEntry } from './entry-scan.js';
import { oplogErrors } from './oplog-errors.js';
import { formatPosition, positionsEqual, type Position } from './position.js';
import type { PositionRange } from './range.js';
import { compareTimestamps } from './timestamp.js';

/** What a reader knows of a batch without looking into it. */
export interface BatchHeader {
  readonly range: PositionRange;
  /** Number of entries, ≥ 1. */
  readonly count: number;
  /** Of the bytes, lower-case hexadecimal. */
  readonly sha256: string;
}

export type OpenedBatch =
  | { readonly ok: true; readonly entries: RawEntry[] }
  | { readonly ok: false; /** For the log: positions, never contents. */ readonly reason: string };

/**
 * Entries that follow `from` without a hole, as one run of bytes with its header.
 *
 * @throws oplogErrors.unframableBatch when there is none, or they do not ascend from `from`.
 */
export function frameBatch(
  from: Position,
  entries: readonly RawEntry[],
): { header: BatchHeader; bytes: Buffer } {
  const last = entries.at(-1);
  const disorder = disorderOf(from, entries);
  if (last === undefined || disorder !== null) {
    throw oplogErrors.unframableBatch(disorder ?? 'a batch without an entry');
  }
  const bytes = Buffer.concat(entries.map((entry) => entry.bytes));
  const range = { from, to: last.position };
  return { header: { range, count: entries.length, sha256: sha256Of(bytes) }, bytes };
}

/** The entries of a batch, if the bytes are what its header says; views, no copies. Never throws. */
export function openBatch(header: BatchHeader, bytes: Buffer): OpenedBatch {
  if (sha256Of(bytes) !== header.sha256) {
    return { ok: false, reason: 'the bytes do not have the sha256 of the header' };
  }
  try {
    const entries = scanEntries(bytes);
    const reason = contradiction(header, entries);
    return reason === null ? { ok: true, entries } : { ok: false, reason };
  } catch (error) {
    return { ok: false, reason: messageOf(error) };
  }
}

function contradiction({ range, count }: BatchHeader, entries: readonly RawEntry[]): string | null {
  const last = entries.at(-1);
  if (last === undefined || entries.length !== count) {
    return `the header counts ${String(count)} entries, the bytes hold ${String(entries.length)}`;
  }
  if (!positionsEqual(last.position, range.to)) {
    return `the last entry is ${formatPosition(last.position)}, the header ends at ${formatPosition(range.to)}`;
  }
  return disorderOf(range.from, entries);
}

/** Timestamps rise from entry to entry and terms never fall, `from` included. Null when it is so. */
function disorderOf(from: Position, entries: readonly RawEntry[]): string | null {
  let previous = from;
  for (const { position } of entries) {
    if (compareTimestamps(previous.ts, position.ts) >= 0 || position.term < previous.term) {
      return `entry ${formatPosition(position)} does not follow ${formatPosition(previous)}`;
    }
    previous = position;
  }
  return null;
}

function sha256Of(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
