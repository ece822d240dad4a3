import { compareTimestamps, maxTimestamp } from '@headwater/oplog';
import type { OplogTimestamp, Position } from '@headwater/oplog';

/** What decides about the next step of one head. */
export interface HeadSituation {
  /** Where the head's files stand; null when there is none. */
  readonly head: { readonly chain: string; readonly position: Position } | null;
  /** The chain that is being archived, and how far. */
  readonly tail: { readonly chain: string; readonly archivedTo: Position } | null;
  /** The finished initial sync on that chain; null when there is none. */
  readonly sync: { readonly id: string; readonly stop: Position } | null;
  /** Ingest says that the chain has what a head can be made of. */
  readonly isBased: boolean;
  /** Block snapshots of that chain of which nothing is known to be damaged, ascending in time. */
  readonly bases: readonly { readonly id: string; readonly ts: OplogTimestamp }[];
  /** Whether there is a block snapshot at the head's position, damaged or not. */
  readonly isSealedHere: boolean;
  /** The moment of the block snapshot that is due; null when none is. */
  readonly due: OplogTimestamp | null;
}

export type NextWork =
  | { readonly kind: 'wait'; readonly reason: string }
  /** There is nothing to make a head of, and waiting will not help. */
  | { readonly kind: 'stuck'; readonly reason: string }
  | { readonly kind: 'seed'; readonly syncId: string }
  | { readonly kind: 'materialize'; readonly snapshotId: string }
  /** Advance the head to the largest archived entry that is not above `to`, and seal it there. */
  | { readonly kind: 'seal'; readonly chain: string; readonly from: Position; readonly to: OplogTimestamp };

/** The head is made of the newest block snapshot, or of the initial sync; it moves when a block snapshot is due. Pure. */
export function nextWork(situation: HeadSituation): NextWork {
  const { head, tail, due } = situation;
  if (tail === null) {
    return wait('no initial sync has begun');
  }
  if (head === null || head.chain !== tail.chain) {
    return makeHead(situation, tail.archivedTo);
  }
  const { chain, position: from } = head;
  const seal = (to: OplogTimestamp): NextWork => ({ kind: 'seal', chain, from, to });
  if (situation.bases.length === 0) {
    return firstBlock(situation, from, tail.archivedTo, seal);
  }
  // A head that was advanced and not sealed is sealed where it stands.
  return due === null ? wait('no block snapshot is due') : seal(maxTimestamp(due, from.ts));
}

function makeHead({ bases, sync, isBased }: HeadSituation, archivedTo: Position): NextWork {
  const base = bases.at(-1);
  if (base !== undefined) {
    return { kind: 'materialize', snapshotId: base.id };
  }
  if (sync === null) {
    return isBased
      ? {
          kind: 'stuck',
          reason: 'neither a usable block snapshot nor the finished initial sync is in the store',
        }
      : wait('the initial sync is not complete');
  }
  return compareTimestamps(archivedTo.ts, sync.stop.ts) < 0
    ? wait('the oplog up to the end of the initial sync is not archived yet')
    : { kind: 'seed', syncId: sync.id };
}

/** At the end of the initial sync at once. Where that one is there and damaged, as soon as there is another moment to seal. */
function firstBlock(
  { isSealedHere }: HeadSituation,
  from: Position,
  archivedTo: Position,
  seal: (to: OplogTimestamp) => NextWork,
): NextWork {
  if (!isSealedHere) {
    return seal(from.ts);
  }
  return compareTimestamps(archivedTo.ts, from.ts) > 0
    ? seal(archivedTo.ts)
    : wait('nothing was archived since the damaged block snapshot');
}

function wait(reason: string): NextWork {
  return { kind: 'wait', reason };
}
