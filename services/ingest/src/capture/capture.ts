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
  /** It asks for what follows `archivedTo` once more. */
  readonly isRewind?: true;
}

/** The order for a replica set whose history cannot be continued, or that has none yet. */
export function newSyncOrder(reason: string): Order {
  return { order: 'initial-sync', chain: null, archivedTo: null, reason };
}

/** The same work from the end of what is archived, under a new epoch. */
export function rewindOrder(capture: Capture, reason: string): Order {
  return {
    order: capture.order,
    chain: capture.chain,
    archivedTo: capture.archivedTo,
    reason,
    isRewind: true,
  };
}

/** How long a hold lasts before the order is given again. */
export const holdMillis = 5 * 60_000;

/** Nothing for a while: rewinds did not help. */
export function holdOrder({ chain, archivedTo }: Capture, reason: string): Order {
  const wait = `tried again in ${String(holdMillis / 60_000)} minutes, or when ingest is restarted`;
  return { order: 'none', chain, archivedTo, reason: `held: ${reason}; ${wait}` };
}

/** The initial sync that an epoch begins is named after it: nobody else can mint that number. */
export function syncIdOf(epoch: number): string {
  return String(epoch).padStart(10, '0');
}
