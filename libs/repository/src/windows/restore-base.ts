import { compareTimestamps, previousTimestamp } from '@headwater/oplog';
import type { OplogTimestamp, Position } from '@headwater/oplog';
import type { SyncComplete } from '../initial-sync/sync-documents.js';
import type { ChainListing } from '../oplog/chain-listing.js';
import { coverOf } from '../oplog/cover.js';
import { isBlock, type BlockSummary } from '../snapshots/snapshot-catalogue.js';
import type { RestoreInventory } from './restore-inventory.js';

/** A complete initial sync: its parts and the oplog of its window give data files as of its end. */
export interface SyncSummary {
  readonly kind: 'initial-sync';
  readonly id: string;
  readonly chain: string;
  /** Where the oplog of its window begins: with this entry. */
  readonly beginFetching: Position;
  /** Its `stop`. */
  readonly position: Position;
  readonly ts: OplogTimestamp;
  readonly serverVersion: string;
  /** Of the raw documents. */
  readonly sizeBytes: number;
}

/** What a restore can begin from. */
export type RestoreBase = BlockSummary | SyncSummary;

export function syncSummaryOf(complete: SyncComplete): SyncSummary {
  const { syncId: id, chain, beginFetching, stop: position, serverVersion, bytes: sizeBytes } = complete;
  return {
    kind: 'initial-sync',
    id,
    chain,
    beginFetching,
    position,
    ts: position.ts,
    serverVersion,
    sizeBytes,
  };
}

/**
 * The bases of one chain, ascending in time; of two at one moment the block snapshot is the later one, since its data files are
 * there already. An initial sync is none before the oplog of its window is archived.
 */
export function basesOf({ chains, snapshots, syncs }: BaseInventory, chain: string): RestoreBase[] {
  const listing = chains.find((one) => one.chain === chain);
  const copies = listing === undefined ? [] : syncs.filter((sync) => isSettled(sync, listing));
  const blocks = snapshots.filter(isBlock).filter((snapshot) => snapshot.chain === chain);
  return [...copies, ...blocks].sort((a, b) => compareTimestamps(a.ts, b.ts));
}

/** What bases are found in. */
export type BaseInventory = Pick<RestoreInventory, 'chains' | 'snapshots' | 'syncs'>;

function isSettled({ chain, beginFetching, ts }: SyncSummary, listing: ChainListing): boolean {
  return (
    listing.chain === chain &&
    coverOf(listing.slices, previousTimestamp(beginFetching.ts), ts).kind === 'covered'
  );
}
