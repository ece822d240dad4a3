import { previousTimestamp } from '@headwater/oplog';
import type { Position } from '@headwater/oplog';
import type { Epoch, SyncBegun } from '@headwater/repository';
import { newSyncOrder } from './capture.js';
import type { Capture, Order } from './capture.js';

/** What the store has of the newest epoch of a replica set. */
export interface StoredCapture {
  readonly epoch: Epoch;
  /** The initial sync that the epoch names. */
  readonly sync: {
    readonly begun: SyncBegun | null;
    readonly archivedPart: number;
    readonly complete: boolean;
  } | null;
  /** The epoch's chain, or the one that its initial sync has begun. */
  readonly chain: {
    readonly id: string;
    /** The end of the last slice; null when there is none. */
    readonly lastSliceTo: Position | null;
    /** A gap or a fork has ended it. */
    readonly ended: boolean;
    /** A finished initial sync or a block snapshot is on it: a head can be made of it. */
    readonly hasBase: boolean;
  } | null;
}

export interface DerivedCapture {
  readonly capture: Capture;
  /** The order that the store asks for where it is not the one of the newest epoch. */
  readonly next: Order | null;
}

/** The order follows from the store alone. Pure. */
export function deriveCapture(stored: StoredCapture): DerivedCapture {
  const { epoch, chain, sync } = stored;
  const archivedTo = chain === null ? null : (chain.lastSliceTo ?? startOfChain(stored));
  const capture: Capture = {
    epoch: epoch.epoch,
    order: epoch.order,
    chain: chain?.id ?? null,
    archivedTo,
    opening: chain !== null && chain.lastSliceTo === null,
    sync:
      epoch.syncId === null || sync === null
        ? null
        : { id: epoch.syncId, begun: sync.begun, archivedPart: sync.archivedPart },
    reason: epoch.reason,
  };
  return { capture, next: nextOrder(stored, archivedTo) };
}

/** Just before the first entry of the chain, so that the first slice (from, to] contains it. */
export function openingOf(beginFetching: Position): Position {
  return { ts: previousTimestamp(beginFetching.ts), term: beginFetching.term };
}

function startOfChain(stored: StoredCapture): Position | null {
  return stored.sync?.begun ? openingOf(stored.sync.begun.beginFetching) : stored.epoch.archivedTo;
}

function nextOrder({ epoch, chain }: StoredCapture, archivedTo: Position | null): Order | null {
  if (chain?.ended === true) {
    return newSyncOrder('the chain has ended');
  }
  if (chain?.hasBase === true) {
    return epoch.order === 'tail'
      ? null
      : { order: 'tail', chain: chain.id, archivedTo, reason: 'the initial sync is complete' };
  }
  return epoch.order === 'initial-sync' ? null : newSyncOrder('nothing on the chain can be restored from');
}
