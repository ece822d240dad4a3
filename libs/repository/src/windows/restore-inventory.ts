import type { ChainListing } from '../oplog/chain-listing.js';
import type { DamagedSnapshot, SnapshotSummary } from '../snapshots/snapshot-catalogue.js';
import type { SyncSummary } from './restore-base.js';

/** What can be restored from: everything that windows and plans are computed of, each time anew, from listings. */
export interface RestoreInventory {
  readonly chains: readonly ChainListing[];
  /** Ascending in time. Good ones only. */
  readonly snapshots: readonly SnapshotSummary[];
  /** The initial syncs that are complete. */
  readonly syncs: readonly SyncSummary[];
  /** Snapshots that do not read; windows and plans do without them. */
  readonly damaged: readonly DamagedSnapshot[];
}
