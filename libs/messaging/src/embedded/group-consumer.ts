import type { Clock } from '@headwater/clock';
import { Backoff, messagingErrors, pause } from '@headwater/messaging';
import type { Assignment, ConsumeOptions, IncomingMessage, Subscription } from '@headwater/messaging';
import type { Broker } from './broker.js';
import { DeliveryLoop } from './delivery-loop.js';
import type { GroupLock } from './group-lock.js';
import { TopicCursor } from './topic-cursor.js';

/**
 * A member of a group: it stands by until it holds the group's lock, is assigned, delivers, and is revoked when it
 * stops. The lock is never taken from a process that lives, so it has one assignment at most.
 */
export class GroupConsumer implements Subscription {
  private readonly broker: Broker;
  private readonly options: ConsumeOptions;
  private readonly clock: Clock;
  private readonly lock: GroupLock;
  private readonly stopping = new AbortController();
  private readonly done: Promise<void>;
  private readonly assignment: Assignment;
  private holdsGroup: boolean;
  private lastCommit: Promise<unknown> = Promise.resolve();

  /** @throws messagingErrors.notWritable where the lock cannot be made. */
  constructor(broker: Broker, options: ConsumeOptions, clock: Clock) {
    this.broker = broker;
    this.options = options;
    this.clock = clock;
    this.lock = broker.lockOf(options.group);
    this.assignment = this.wholeAssignment();
    try {
      this.holdsGroup = this.lock.tryAcquire();
    } catch (error) {
      this.lock.close();
      throw error;
    }
    this.done = this.run();
  }

  get active(): boolean {
    return this.holdsGroup && !this.signal.aborted;
  }

  stop(): Promise<void> {
    if (!this.signal.aborted) {
      this.stopping.abort(
        messagingErrors.assignmentEnded(`the consumer of group ${this.options.group} was stopped`),
      );
    }
    return this.done;
  }

  private get signal(): AbortSignal {
    return this.stopping.signal;
  }

  private async run(): Promise<void> {
    await this.untilItSucceeds(() => this.standBy());
    const assigned = await this.untilItSucceeds(() => this.assign());
    if (assigned) {
      await this.untilItSucceeds(() => this.deliver());
      await this.revoke();
    }
    this.holdsGroup = false;
    // Who holds the group next must not start before what was committed.
    await this.lastCommit;
    this.lock.close();
  }

  /** One partition is all there is to share. */
  private wholeAssignment(): Assignment {
    const isHeld = () => this.holdsGroup;
    return {
      partitions: [0],
      owns: () => true,
      get isHeld() {
        return isHeld();
      },
      commit: (topic, partition, offset) => this.commit(topic, partition, offset),
      signal: this.signal,
    };
  }

  private async standBy(): Promise<void> {
    while (!this.holdsGroup && !this.signal.aborted) {
      this.holdsGroup = this.lock.tryAcquire();
      if (!this.holdsGroup) await this.lock.released(this.signal);
    }
  }

  private async assign(): Promise<void> {
    await this.options.onAssigned?.(this.assignment);
  }

  private async deliver(): Promise<void> {
    const { group, topics } = this.options;
    const cursors: TopicCursor[] = [];
    for (const topic of this.options.onMessage ? topics : []) {
      const next = (await this.broker.log.committed(group, topic)) + 1;
      cursors.push(new TopicCursor(this.broker.log, topic, { offsets: [], next }, ''));
    }
    const loop = new DeliveryLoop({
      changes: this.broker.changes,
      clock: this.clock,
      signal: this.signal,
      deliver: (message) => this.deliverOne(message),
      report: (error) => this.options.onError?.(error),
    });
    await loop.run(cursors);
  }

  private async deliverOne(message: IncomingMessage): Promise<void> {
    const { topic, partition, offset } = message;
    await this.options.onMessage?.(message, {
      commit: () => this.commit(topic, partition, offset),
      signal: this.signal,
    });
  }

  private async revoke(): Promise<void> {
    try {
      await this.options.onRevoked?.(this.assignment);
    } catch (error) {
      this.options.onError?.(error);
    }
  }

  private async commit(topic: string, partition: number, offset: number): Promise<void> {
    const { group, topics } = this.options;
    const extra = { details: { group, topic, partition, offset } };
    if (!this.holdsGroup) {
      throw messagingErrors.assignmentEnded(`group ${group} was left before a commit of ${topic}`, extra);
    }
    if (partition !== 0 || !topics.includes(topic)) {
      throw messagingErrors.invalidCommit(`group ${group} does not consume ${topic} ${partition}`, extra);
    }
    const committed = this.broker.log.commit(group, topic, offset);
    this.lastCommit = Promise.allSettled([committed]);
    await committed;
  }

  /** Tries again after a delay what throws; false when it was stopped before it succeeded once. */
  private async untilItSucceeds(step: () => Promise<void>): Promise<boolean> {
    const backoff = new Backoff(this.clock);
    while (!this.signal.aborted) {
      try {
        await step();
        return true;
      } catch (error) {
        backoff.failed();
        this.options.onError?.(error);
        await pause(this.clock, backoff.remaining, this.signal);
      }
    }
    return false;
  }
}
