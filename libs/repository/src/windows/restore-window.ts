import { compareTimestamps } from '@headwater/oplog';
import type { OplogTimestamp } from '@headwater/oplog';
import { unbrokenFrom } from '../oplog/cover.js';
import type { ChainListing } from '../oplog/chain-listing.js';
import type { SnapshotSummary } from '../snapshots/snapshot-catalogue.js';
import type { RestoreInventory } from './restore-inventory.js';

/** A maximal range of restorable timestamps of one chain. Both ends are included: at `from` lies a snapshot. */
export interface RestoreWindow {
  readonly chain: string;
  readonly from: OplogTimestamp;
  readonly to: OplogTimestamp;
}

/**
 * The restore windows, ascending by chain, then in time. A window begins at the oldest good snapshot of its chain and ends where
 * the unbroken run of slices from there ends; behind a hole the next window begins at the next snapshot.
 */
export function restoreWindows({
  chains,
  snapshots,
}: Pick<RestoreInventory, 'chains' | 'snapshots'>): RestoreWindow[] {
  const listings = new Map(chains.map((listing) => [listing.chain, listing]));
  const names = new Set([...listings.keys(), ...snapshots.map(({ chain }) => chain)]);
  return [...names]
    .sort()
    .flatMap((chain) => windowsOf(listings.get(chain) ?? emptyChain(chain), snapshotsOf(snapshots, chain)));
}

/** Those of one chain, ascending in time. */
export function snapshotsOf(snapshots: readonly SnapshotSummary[], chain: string): SnapshotSummary[] {
  return snapshots
    .filter((snapshot) => snapshot.chain === chain)
    .sort((a, b) => compareTimestamps(a.position.ts, b.position.ts));
}

function windowsOf(listing: ChainListing, snapshots: readonly SnapshotSummary[]): RestoreWindow[] {
  const windows: RestoreWindow[] = [];
  for (const { position } of snapshots) {
    const last = windows.at(-1);
    if (last === undefined || compareTimestamps(last.to, position.ts) < 0) {
      windows.push({ chain: listing.chain, from: position.ts, to: unbrokenFrom(listing, position.ts) });
    }
  }
  return windows;
}

function emptyChain(chain: string): ChainListing {
  return { chain, slices: [], ends: [] };
}
