import { compareTimestamps, minTimestamp, timestampsEqual } from '@headwater/oplog';
import type { OplogTimestamp } from '@headwater/oplog';
import { firstEndOf, lastBefore, type ChainEnd } from '../oplog/chain-end.js';
import { unbrokenFrom } from '../oplog/cover.js';
import type { ChainListing } from '../oplog/chain-listing.js';
import { isBelow } from '../oplog/timestamp-order.js';
import { basesOf, type BaseInventory, type RestoreBase } from './restore-base.js';

/** Why a window goes no further. */
export type WindowEnd =
  /** (at, to] exists nowhere any more. */
  | { readonly kind: 'gap'; readonly at: OplogTimestamp; readonly to: OplogTimestamp }
  /** A rollback replaced the history that ends at `at`, or two archived histories contradict each other above it. */
  | { readonly kind: 'fork'; readonly at: OplogTimestamp }
  /** No slice contains (at, to]: they are missing from the store, and the oplog goes on behind them. */
  | { readonly kind: 'hole'; readonly at: OplogTimestamp; readonly to: OplogTimestamp };

/** A maximal range of restorable timestamps of one chain. Both ends are included: at `from` lies its oldest base. */
export interface RestoreWindow {
  readonly chain: string;
  readonly from: OplogTimestamp;
  readonly to: OplogTimestamp;
  /** Null for the end of what is archived so far. */
  readonly endedBy: WindowEnd | null;
}

/**
 * The restore windows, ascending by chain, then in time. A window begins at the oldest base of its chain (the end of a complete
 * initial sync, or a good block snapshot) and ends
 * where the unbroken run of slices from there ends, at the latest where a gap or a fork ends the chain; behind a hole the next
 * window begins at the next base.
 */
export function restoreWindows(inventory: BaseInventory): RestoreWindow[] {
  const { chains, snapshots } = inventory;
  const listings = new Map(chains.map((listing) => [listing.chain, listing]));
  const names = new Set([...listings.keys(), ...snapshots.map(({ chain }) => chain)]);
  return [...names]
    .sort()
    .flatMap((chain) => windowsOf(listings.get(chain) ?? emptyChain(chain), basesOf(inventory, chain)));
}

/** Whether a timestamp lies above the end of its chain: it belongs to no history that is kept. */
export function isBehindEnd({ ends }: Pick<ChainListing, 'ends'>, ts: OplogTimestamp): boolean {
  const end = firstEndOf(ends);
  return end !== null && isBelow(lastBefore(end), ts);
}

function windowsOf(listing: ChainListing, bases: readonly RestoreBase[]): RestoreWindow[] {
  const { chain } = listing;
  const end = firstEndOf(listing.ends);
  const windows: RestoreWindow[] = [];
  for (const { position } of bases) {
    const last = windows.at(-1);
    const isInside = last !== undefined && compareTimestamps(last.to, position.ts) >= 0;
    if (!isInside && !isBehindEnd(listing, position.ts)) {
      const run = unbrokenFrom(listing, position.ts);
      const to = end === null ? run : minTimestamp(run, lastBefore(end));
      windows.push({ chain, from: position.ts, to, endedBy: endAt(listing, to, end) });
    }
  }
  return windows;
}

/** Why nothing follows `to`. */
function endAt({ slices }: ChainListing, to: OplogTimestamp, end: ChainEnd | null): WindowEnd | null {
  if (end !== null && timestampsEqual(to, lastBefore(end))) {
    return endOf(end);
  }
  if (slices.some((slice) => !isBelow(to, slice.from) && isBelow(to, slice.to))) {
    // A slice goes on from here, and yet the run ends: there are two of its range.
    return { kind: 'fork', at: to };
  }
  const next = slices.find((slice) => isBelow(to, slice.from));
  if (next !== undefined) {
    return { kind: 'hole', at: to, to: next.from };
  }
  return end === null ? null : endOf(end);
}

function endOf(end: ChainEnd): WindowEnd {
  return end.kind === 'gap' ? { kind: 'gap', at: end.from, to: end.to } : { kind: 'fork', at: end.at };
}

function emptyChain(chain: string): ChainListing {
  return { chain, slices: [], ends: [] };
}
