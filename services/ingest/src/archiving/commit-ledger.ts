import { CommitTracker } from '@headwater/messaging';
import type { Delivery, IncomingMessage } from '@headwater/messaging';

/** A message that was accepted and is not settled yet. */
export interface Ticket {
  /** Its effect is durable, or it needs none. Commits as far as everything before it is settled too. */
  settle(): Promise<void>;
}

interface Lane {
  readonly partition: number;
  readonly tracker: CommitTracker;
  readonly deliveries: Map<number, Delivery>;
  /** Everything up to it may be committed. */
  due: number;
  /** Commits everything up to `due`, and has not yet. */
  uncommitted: Delivery | null;
}

/**
 * Commits only what is durable. Messages of several replica sets share a partition and become durable in another order
 * than they came, so a commit waits for the oldest one that is still in an open slice.
 */
export class CommitLedger {
  private readonly lanes = new Map<string, Lane>();

  track(message: IncomingMessage, delivery: Delivery): Ticket {
    const lane = this.laneOf(message);
    if (message.offset <= lane.due) {
      // The commit itself failed, and the message came again.
      return { settle: () => delivery.commit() };
    }
    lane.tracker.track(message.offset);
    lane.deliveries.set(message.offset, delivery);
    return { settle: () => settle(lane, message.offset) };
  }

  /** These partitions begin anew, or are another's: what was accepted of them and not committed comes again. */
  forget(partitions: readonly number[]): void {
    for (const [key, { partition }] of this.lanes) {
      if (partitions.includes(partition)) {
        this.lanes.delete(key);
      }
    }
  }

  private laneOf({ topic, partition }: IncomingMessage): Lane {
    const key = `${topic}/${String(partition)}`;
    const lane = this.lanes.get(key) ?? {
      partition,
      tracker: new CommitTracker(),
      deliveries: new Map<number, Delivery>(),
      due: -1,
      uncommitted: null,
    };
    this.lanes.set(key, lane);
    return lane;
  }
}

async function settle(lane: Lane, offset: number): Promise<void> {
  const due = lane.tracker.settle(offset);
  if (due !== null) {
    lane.due = due;
    lane.uncommitted = lane.deliveries.get(due) ?? null;
    for (const known of lane.deliveries.keys()) {
      if (known <= due) {
        lane.deliveries.delete(known);
      }
    }
  }
  // A commit that failed is tried again with whatever is settled next.
  await lane.uncommitted?.commit();
  lane.uncommitted = null;
}
