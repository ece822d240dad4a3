import type { OplogTimestamp, Position } from '@headwater/oplog';
import type { SliceRef } from '../oplog/slice.js';
import type { RestoreBase } from './restore-base.js';

/** The moment that somebody wants back. */
export type RestoreTarget =
  /** The end of the newest restore window. */
  | { readonly kind: 'latest' }
  /** Every write up to and including this second since 1970. */
  | { readonly kind: 'time'; readonly t: number }
  | { readonly kind: 'timestamp'; readonly ts: OplogTimestamp }
  | { readonly kind: 'snapshot'; readonly snapshotId: string };

export interface RestoreRequest {
  readonly target: RestoreTarget;
  /** Only this chain; without it the newest one that has the target. */
  readonly chain?: string;
  /** Ids of bases that are not to be used, whatever their manifests say: of their objects some are damaged. */
  readonly excluding?: ReadonlySet<string>;
}

/** How to get there: the base's data files, then the entries of (from, target]. */
export interface RestorePlan {
  readonly kind: 'plan';
  readonly chain: string;
  /** The newest base of the chain that is not above the target. */
  readonly base: RestoreBase;
  /** The base's position: replay goes on from here. */
  readonly from: Position;
  /** Inclusive. The state restored is that of the largest archived entry not above it. */
  readonly target: OplogTimestamp;
  /** Where replay has to end, term included, where the target is a snapshot; null where that follows from the slices alone. */
  readonly top: Position | null;
  /** A cover of (from.ts, target]; none when the base is the target. */
  readonly slices: readonly SliceRef[];
}

export type RefusalReason =
  /** There is no complete initial sync yet, and no snapshot that reads. */
  | 'nothing-restorable'
  /** The chain that was asked for has no restore window. */
  | 'unknown-chain'
  /** There is no snapshot of this id (on this chain), or it does not read. */
  | 'unknown-snapshot'
  /** There is nothing that the log snapshot could be restored from. */
  | 'missing-base'
  /** Slices that the log snapshot consists of are missing from the store, or contradict each other. */
  | 'missing-slices'
  | 'before-windows'
  /** In a gap: what happened there exists nowhere any more. */
  | 'in-gap'
  /** Above the end of a history that a rollback replaced, and before the next window. */
  | 'after-fork'
  /** In a hole: what happened there was not archived, or its base is gone. */
  | 'between-windows'
  /** Not archived yet, or later than the chain's end. */
  | 'after-windows'
  /** The second has begun, but is not archived to its end yet. */
  | 'second-incomplete';

export interface RestoreRefusal {
  readonly kind: 'refusal';
  readonly reason: RefusalReason;
  /** For people. */
  readonly message: string;
  /** The largest restorable timestamp below the target. */
  readonly nearestBefore: OplogTimestamp | null;
  /** The smallest restorable timestamp above the target. */
  readonly nearestAfter: OplogTimestamp | null;
}
