import type { CaptureOrder } from '@headwater/contracts';
import type { Position } from '@headwater/oplog';
import type { SyncBegun } from '@headwater/repository';

/** The initial sync of an epoch. */
export interface CaptureSync {
  readonly id: string;
  /** Null until the agent has begun it. */
  readonly begun: SyncBegun | null;
  /** Parts 1 to this one are in the store; 0 is none. */
  readonly archivedPart: number;
}

/** What is ordered for one replica set, and how far it is in the store. It follows from the store alone. */
export interface Capture {
  readonly epoch: number;
  readonly order: CaptureOrder;
  /** Null until the first initial sync of the epoch has begun. */
  readonly chain: string | null;
  /** The end of what is in the store; null as long as there is no chain. */
  readonly archivedTo: Position | null;
  /** True while the chain has no slice: `archivedTo` is then the point just before its first entry. */
  readonly opening: boolean;
  readonly sync: CaptureSync | null;
  readonly reason: string;
}

/** What a new epoch is to say. An initial sync without a chain is a new one; else the sync of the epoch before goes on. */
export interface Order {
  readonly order: CaptureOrder;
  readonly chain: string | null;
  readonly archivedTo: Position | null;
  readonly reason: string;
}

/** The order for a replica set whose history cannot be continued, or that has none yet. */
export function newSyncOrder(reason: string): Order {
  return { order: 'initial-sync', chain: null, archivedTo: null, reason };
}

/** The same work from the end of what is archived, under a new epoch. */
export function rewindOrder(capture: Capture, reason: string): Order {
  return { order: capture.order, chain: capture.chain, archivedTo: capture.archivedTo, reason };
}

/** The initial sync that an epoch begins is named after it: nobody else can mint that number. */
export function syncIdOf(epoch: number): string {
  return String(epoch).padStart(10, '0');
}
