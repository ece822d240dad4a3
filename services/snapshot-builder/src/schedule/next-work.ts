import { compareTimestamps } from '@headwater/oplog';
import type { OplogTimestamp, Position } from '@headwater/oplog';

/** What decides about the next step of one head. */
export interface HeadSituation {
  /** Where the head's files stand; null when there is none. */
  readonly head: { readonly chain: string; readonly position: Position } | null;
  /** The chain that is being archived, and how far. */
  readonly tail: { readonly chain: string; readonly archivedTo: Position } | null;
  /** The finished initial sync on that chain; null when there is none. */
  readonly sync: { readonly id: string; readonly stop: Position } | null;
  /** The newest snapshot on that chain. */
  readonly newest: { readonly ts: OplogTimestamp; readonly createdAtMillis: number } | null;
  readonly nowMillis: number;
  readonly intervalMillis: number;
}

export type NextWork =
  | { readonly kind: 'wait'; readonly reason: string }
  | { readonly kind: 'seed'; readonly syncId: string }
  /** Advance the head to `to`, an archived entry, and seal it there. */
  | { readonly kind: 'seal'; readonly chain: string; readonly from: Position; readonly to: Position };

/** The first snapshot is sealed at the end of the initial sync, every other one an interval after the one before. Pure. */
export function nextWork(situation: HeadSituation): NextWork {
  const { head, tail, sync, newest, nowMillis, intervalMillis } = situation;
  if (tail === null) {
    return wait('no initial sync has begun');
  }
  if (head === null || head.chain !== tail.chain) {
    if (sync === null) {
      return wait('the initial sync is not complete');
    }
    return compareTimestamps(tail.archivedTo.ts, sync.stop.ts) < 0
      ? wait('the oplog up to the end of the initial sync is not archived yet')
      : { kind: 'seed', syncId: sync.id };
  }
  const seal = (to: Position): NextWork => ({ kind: 'seal', chain: head.chain, from: head.position, to });
  if (newest === null) {
    return seal(head.position);
  }
  // A clock that was ahead once must not stop snapshots until it is caught up with.
  const age = nowMillis - newest.createdAtMillis;
  if (age >= 0 && age < intervalMillis) {
    return wait('the next snapshot is not due');
  }
  return compareTimestamps(tail.archivedTo.ts, newest.ts) > 0
    ? seal(tail.archivedTo)
    : wait('nothing was archived since the last snapshot');
}

function wait(reason: string): NextWork {
  return { kind: 'wait', reason };
}
