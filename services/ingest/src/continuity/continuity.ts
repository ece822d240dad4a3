import { compareTimestamps, positionsEqual } from '@headwater/oplog';
import type { Position, PositionRange, RawEntry } from '@headwater/oplog';

/** What continuity is decided against: one replica set, as ingest knows it at this moment. */
export interface ContinuityView {
  /** The highest epoch that was ordered. */
  readonly epoch: number;
  /** Null while no initial sync has begun: nothing is accepted then. */
  readonly chain: string | null;
  /** The end of what is in the store. */
  readonly archivedTo: Position;
  /** The end of the open slice; equals `archivedTo` when there is none. */
  readonly acceptedTo: Position;
  /** True while nothing of the chain has been accepted: `acceptedTo` is then no entry, but the point just before the first. */
  readonly opening: boolean;
  /** Entries (archivedTo, acceptedTo], ascending. */
  readonly openEntries: readonly RawEntry[];
  /** How often a rewind to `archivedTo` has been ordered. */
  readonly rewinds: number;
}

/** A batch as it came: what its headers say, and what is in it once it has been opened. */
export interface ArrivedBatch {
  readonly epoch: number;
  readonly chain: string;
  readonly range: PositionRange;
  readonly contents:
    | { readonly ok: true; readonly entries: readonly RawEntry[] }
    | { readonly ok: false; readonly reason: string };
}

export interface ArrivedGap {
  readonly epoch: number;
  readonly chain: string;
  readonly from: Position;
  readonly oldest: Position;
}

export interface ArrivedFork {
  readonly epoch: number;
  readonly chain: string;
  readonly at: Position;
  readonly found: Position;
}

export type Answer =
  | { readonly kind: 'Append'; readonly entries: readonly RawEntry[]; readonly to: Position }
  /** Append what lies above `acceptedTo`; the rest is already there. */
  | { readonly kind: 'Trim'; readonly entries: readonly RawEntry[]; readonly to: Position }
  | { readonly kind: 'Ignore'; readonly reason: string; readonly orderAgain: boolean }
  | { readonly kind: 'Rewind'; readonly reason: string }
  | { readonly kind: 'Gap'; readonly from: Position; readonly to: Position }
  | { readonly kind: 'Fork'; readonly at: Position; readonly found: Position | null; readonly reason: string }
  | { readonly kind: 'Hold'; readonly reason: string };

/** The third rewind to one position is not ordered: something is wrong that a rewind does not heal. */
export const rewindsBeforeHold = 2;

/** Decides about one batch. Pure. */
export function decideBatch(view: ContinuityView, batch: ArrivedBatch): Answer {
  if (batch.chain !== view.chain) {
    return otherChain(view, batch.chain);
  }
  const { from, to } = batch.range;
  if (compareTimestamps(from.ts, view.acceptedTo.ts) > 0) {
    return missing(
      view,
      batch.epoch,
      `a batch begins after ${text(from)}, and ${text(view.acceptedTo)} is the last known entry`,
    );
  }
  if (!batch.contents.ok) {
    return compareTimestamps(to.ts, view.acceptedTo.ts) <= 0
      ? ignore('unusable, but its range is already here')
      : missing(view, batch.epoch, `a batch cannot be used: ${batch.contents.reason}`);
  }
  return decideOverlap(view, batch.range, batch.contents.entries);
}

/** Decides about an agent's word that its source no longer has what follows `from`. Pure. */
export function decideGap(view: ContinuityView, gap: ArrivedGap): Answer {
  if (gap.chain !== view.chain) {
    return otherChain(view, gap.chain);
  }
  if (gap.epoch < view.epoch) {
    return ignore('of an older epoch: the order that is in force asks for the range once more');
  }
  if (compareTimestamps(gap.from.ts, view.acceptedTo.ts) > 0) {
    return rewindOrHold(
      view,
      `a gap after ${text(gap.from)} is announced, and ${text(view.acceptedTo)} is the last known entry`,
    );
  }
  if (compareTimestamps(gap.oldest.ts, view.acceptedTo.ts) <= 0) {
    return rewindOrHold(
      view,
      `the source begins at ${text(gap.oldest)}, and everything up to ${text(view.acceptedTo)} is already here`,
    );
  }
  return { kind: 'Gap', from: view.acceptedTo, to: gap.oldest };
}

/** Decides about an agent's word that its source's history was replaced. Pure. */
export function decideFork(view: ContinuityView, fork: ArrivedFork): Answer {
  if (fork.chain !== view.chain) {
    return otherChain(view, fork.chain);
  }
  if (fork.epoch < view.epoch) {
    return ignore('of an older epoch: the order that is in force tries the position once more');
  }
  if (compareTimestamps(fork.at.ts, view.acceptedTo.ts) > 0) {
    return rewindOrHold(
      view,
      `a fork at ${text(fork.at)} is announced, and ${text(view.acceptedTo)} is the last known entry`,
    );
  }
  const reason = `the source no longer has the entry ${text(fork.at)}`;
  return { kind: 'Fork', at: view.acceptedTo, found: fork.found, reason };
}

function decideOverlap(view: ContinuityView, range: PositionRange, entries: readonly RawEntry[]): Answer {
  const beginsAtEnd = compareTimestamps(range.from.ts, view.acceptedTo.ts) === 0;
  if (beginsAtEnd) {
    return positionsEqual(range.from, view.acceptedTo) || view.opening
      ? { kind: 'Append', entries, to: range.to }
      : fork(
          view,
          `the batch follows ${text(range.from)}, and ${text(view.acceptedTo)} is the last known entry`,
        );
  }
  const difference = differenceWithin(view, range.from, entries);
  if (difference !== null) {
    return fork(view, difference);
  }
  if (compareTimestamps(range.to.ts, view.acceptedTo.ts) <= 0) {
    return ignore('already here');
  }
  const known = entries.findIndex((entry) => compareTimestamps(entry.position.ts, view.acceptedTo.ts) > 0);
  const edge = entries[known - 1];
  if (!view.opening && (edge === undefined || !positionsEqual(edge.position, view.acceptedTo))) {
    return fork(view, `the batch spans ${text(view.acceptedTo)} without having that entry`);
  }
  return { kind: 'Trim', entries: entries.slice(known), to: range.to };
}

/** Bytes are compared where the open slice has them, timestamp and term at the archived edge. */
function differenceWithin(view: ContinuityView, from: Position, entries: readonly RawEntry[]): string | null {
  let open = view.openEntries.findIndex((entry) => compareTimestamps(entry.position.ts, from.ts) > 0);
  for (const { bytes, position } of entries) {
    if (compareTimestamps(position.ts, view.acceptedTo.ts) > 0) {
      return null;
    }
    const toArchived = compareTimestamps(position.ts, view.archivedTo.ts);
    if (toArchived === 0 && position.term !== view.archivedTo.term && !view.opening) {
      return `the entry ${text(position)} is archived with term ${view.archivedTo.term}`;
    }
    if (toArchived > 0) {
      if (view.openEntries[open]?.bytes.equals(bytes) !== true) {
        return `the entry ${text(position)} differs from the one that is already here`;
      }
      open += 1;
    }
  }
  return null;
}

function missing(view: ContinuityView, epoch: number, reason: string): Answer {
  return epoch < view.epoch
    ? ignore('of an older epoch: the order that is in force asks for the range once more')
    : rewindOrHold(view, reason);
}

/** Asks for the range after `archivedTo` once more, unless that was tried often enough. */
export function rewindOrHold(view: ContinuityView, reason: string): Answer {
  return view.rewinds < rewindsBeforeHold
    ? { kind: 'Rewind', reason }
    : {
        kind: 'Hold',
        reason: `${reason}; ${rewindsBeforeHold} rewinds to ${text(view.archivedTo)} did not help`,
      };
}

function otherChain(view: ContinuityView, chain: string): Answer {
  return {
    kind: 'Ignore',
    reason: `of chain ${chain}, and ${view.chain ?? 'none'} is the current one`,
    orderAgain: true,
  };
}

function ignore(reason: string): Answer {
  return { kind: 'Ignore', reason, orderAgain: false };
}

function fork(view: ContinuityView, reason: string): Answer {
  return { kind: 'Fork', at: view.acceptedTo, found: null, reason };
}

function text(position: Position): string {
  return `${position.ts.t}:${position.ts.i} (term ${position.term})`;
}
