import type { Clock } from '@headwater/clock';
import { Backoff, copyOf, messagingErrors, pause } from '@headwater/messaging';
import type { Assignment, ConsumeOptions, IncomingMessage } from '@headwater/messaging';
import { partitionOf } from '../partitioning.js';
import type { Delivery } from './delivery.js';
import type { GroupMembership } from './group-membership.js';
import { PartitionCursor } from './partition-cursor.js';
import type { Slot } from './slot-plan.js';

/** Partitions of a topic that belong to a slot, and how many the topic has. */
export interface SlotTopic {
  readonly topic: string;
  readonly partitions: readonly number[];
  readonly count: number;
}

export interface HeldSlotOptions {
  readonly slot: Slot;
  readonly topics: readonly SlotTopic[];
  readonly consume: ConsumeOptions;
  readonly clock: Clock;
  readonly membership: GroupMembership;
  readonly delivery: Delivery;
  /** The offset that a partition will use next. */
  endOf(topic: string, partition: number): Promise<number>;
  oldestOf(topic: string, partition: number): Promise<number>;
}

/** One assignment, from its grant until it was let go of: assigned, delivered, revoked. */
export class HeldSlot implements Assignment {
  readonly slot: Slot;
  readonly partitions: readonly number[];
  private readonly ending = new AbortController();
  private readonly cursors: PartitionCursor[] = [];
  /** By topic and partition: what was committed, as the offset after it. */
  private readonly committed = new Map<string, number>();
  private readonly beginning: Promise<void>;
  private lastCommit: Promise<unknown> = Promise.resolve();
  private wasAssigned = false;
  private isOver = false;
  private isLost = false;
  private ended: Promise<void> | undefined;

  constructor(private readonly options: HeldSlotOptions) {
    this.slot = options.slot;
    this.partitions = [...new Set(options.topics.flatMap(({ partitions }) => partitions))];
    this.beginning = this.begin();
  }

  get signal(): AbortSignal {
    return this.ending.signal;
  }

  owns(key: string): boolean {
    return this.options.topics.some(({ partitions, count }) => partitions.includes(partitionOf(key, count)));
  }

  get isHeld(): boolean {
    return !this.isOver && !this.isLost && this.options.membership.isHeard;
  }

  has(cursor: PartitionCursor): boolean {
    return this.cursors.includes(cursor);
  }

  async commit(topic: string, partition: number, offset: number): Promise<void> {
    const { group } = this.options.consume;
    const extra = { details: { group, topic, partition, offset } };
    if (this.isOver) {
      throw messagingErrors.assignmentEnded(`the assignment of ${group} was over before a commit`, extra);
    }
    const known = this.options.topics.find((each) => each.topic === topic);
    if (known?.partitions.includes(partition) !== true) {
      throw messagingErrors.invalidCommit(
        `group ${group} does not consume ${topic} ${partition} here`,
        extra,
      );
    }
    const committing = this.lastCommit.then(() => this.commitInTurn(topic, partition, offset));
    this.lastCommit = committing.catch(() => undefined);
    await committing;
  }

  async deliver(message: IncomingMessage): Promise<void> {
    const { topic, partition, offset } = message;
    await this.options.consume.onMessage?.(copyOf(message), {
      commit: () => this.commit(topic, partition, offset),
      signal: this.signal,
    });
  }

  /** Resolves when the running handler and `onRevoked` have returned and what was committed is committed. */
  end(): Promise<void> {
    this.ended ??= this.windUp();
    return this.ended;
  }

  /** Ends without having been let go of: somebody else may have it already. */
  lose(): Promise<void> {
    this.isLost = true;
    return this.end();
  }

  private async begin(): Promise<void> {
    const { consume, delivery } = this.options;
    await this.untilItSucceeds(async () => {
      await consume.onAssigned?.(this);
      this.wasAssigned = true;
    });
    await this.untilItSucceeds(async () => {
      const cursors = await this.findPlaces();
      this.cursors.push(...cursors);
    });
    if (!this.signal.aborted) delivery.add(this.cursors);
  }

  private async findPlaces(): Promise<PartitionCursor[]> {
    const { topics, consume, membership, clock } = this.options;
    const cursors: PartitionCursor[] = [];
    if (!consume.onMessage) return cursors;
    for (const { topic, partitions } of topics) {
      await this.lastCommit;
      const committed = await membership.committed(topic, partitions);
      for (const partition of partitions) {
        const next = committed.get(partition) ?? (await this.options.oldestOf(topic, partition));
        cursors.push(new PartitionCursor(topic, partition, next, clock));
      }
    }
    return cursors;
  }

  private async windUp(): Promise<void> {
    const { consume, delivery } = this.options;
    this.ending.abort(messagingErrors.assignmentEnded(`an assignment of group ${consume.group} has ended`));
    await this.beginning;
    await delivery.remove(this.cursors);
    if (this.wasAssigned) {
      try {
        await consume.onRevoked?.(this);
      } catch (error) {
        consume.onError?.(error);
      }
    }
    this.isOver = true;
    // Who is assigned next must not start before what was committed.
    await this.lastCommit;
  }

  private async commitInTurn(topic: string, partition: number, offset: number): Promise<void> {
    const { consume, membership } = this.options;
    const place = `${topic}/${partition}`;
    const next = offset + 1;
    if (next <= (this.committed.get(place) ?? 0) && offset >= 0) return;
    const isPlace = Number.isSafeInteger(offset) && offset >= 0;
    if (!isPlace || next > (await this.options.endOf(topic, partition))) {
      throw messagingErrors.invalidCommit(`offset ${offset} of ${topic} ${partition} was never produced`, {
        details: { group: consume.group, topic, partition, offset },
      });
    }
    await membership.commit(topic, partition, next);
    this.committed.set(place, next);
  }

  /** Tries again after a delay what throws, until the assignment ends. */
  private async untilItSucceeds(step: () => Promise<void>): Promise<void> {
    const { clock, consume } = this.options;
    const backoff = new Backoff(clock);
    while (!this.signal.aborted) {
      try {
        await step();
        return;
      } catch (error) {
        backoff.failed();
        consume.onError?.(error);
        await pause(clock, backoff.remaining, this.signal);
      }
    }
  }
}
