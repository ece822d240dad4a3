import { formatPosition, positionsEqual, timestampsEqual } from '@headwater/oplog';
import type { OplogTimestamp, Position } from '@headwater/oplog';
import { repositoryErrors } from '../repository-errors.js';
import type { Slice, SliceHeader, SliceRef } from './slice.js';
import { isBelow } from './timestamp-order.js';

/** How much oplog there is in (from, to] of a chain, and where it ends. */
export interface RangeMeasure {
  /** The largest entry in the range; `from` when there is none. */
  readonly top: Position;
  readonly entries: number;
  /** Of the entries. */
  readonly rawBytes: number;
}

/** Where slices are read from: their headers cost a ranged read each, their entries the whole object. */
export interface SliceReading {
  sliceHeader(ref: SliceRef): Promise<SliceHeader>;
  readSlice(ref: SliceRef): Promise<Slice>;
}

/**
 * Adds up a cover of (from, to]. The entries are read only of slices that are cut by either end or overlap the one before, which
 * are two as a rule, however long the range is.
 *
 * @throws repositoryErrors.forkedSlices when a slice begins where the one before ends (or at `from`), but with another term.
 */
export async function measureCover(
  cover: readonly SliceRef[],
  { from, to }: { readonly from: Position; readonly to: OplogTimestamp },
  reading: SliceReading,
): Promise<RangeMeasure> {
  let measured: RangeMeasure = { top: from, entries: 0, rawBytes: 0 };
  let end = from;
  for (const ref of cover) {
    const isWhole = !isBelow(ref.from, end.ts) && !isBelow(to, ref.to);
    const slice = isWhole ? null : await reading.readSlice(ref);
    const header = slice?.header ?? (await reading.sliceHeader(ref));
    checkBorder(end, ref, header);
    const added = slice === null ? wholeOf(header) : partOf(slice, end.ts, to);
    measured = {
      top: added.top ?? measured.top,
      entries: measured.entries + added.entries,
      rawBytes: measured.rawBytes + added.rawBytes,
    };
    end = header.range.to;
  }
  return measured;
}

function checkBorder(end: Position, { key }: SliceRef, { range: { from } }: SliceHeader): void {
  if (timestampsEqual(from.ts, end.ts) && !positionsEqual(from, end)) {
    const message = `${key} goes on from ${formatPosition(from)}; what is before it ends at ${formatPosition(end)}`;
    throw repositoryErrors.forkedSlices(message, { details: { keys: [key], at: from.ts } });
  }
}

type Added = Omit<RangeMeasure, 'top'> & { readonly top: Position | null };

function wholeOf({ range, count, rawBytes }: SliceHeader): Added {
  return { top: range.to, entries: count, rawBytes };
}

/** The entries of (done, to]. Where there is none, what was before stays the top: the slice follows it. */
function partOf({ entries }: Slice, done: OplogTimestamp, to: OplogTimestamp): Added {
  const wanted = entries.filter(({ position: { ts } }) => isBelow(done, ts) && !isBelow(to, ts));
  return {
    top: wanted.at(-1)?.position ?? null,
    entries: wanted.length,
    rawBytes: wanted.reduce((sum, { bytes }) => sum + bytes.length, 0),
  };
}
