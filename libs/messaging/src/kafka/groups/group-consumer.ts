import type { Clock } from '@headwater/clock';
import { messagingErrors } from '@headwater/messaging';
import type { ConsumeOptions, Subscription } from '@headwater/messaging';
import { KafkaConnection } from '../wire/kafka-connection.js';
import type { KafkaSettings } from '../kafka-settings.js';
import { Delivery } from './delivery.js';
import { GroupMembership } from './group-membership.js';
import type { GroupTiming } from './group-membership.js';
import { partitionsIn } from './group-protocol.js';
import type { GroupSharing } from './group-protocol.js';
import { HeldSlot } from './held-slot.js';
import type { SlotTopic } from './held-slot.js';
import type { Slot } from './slot-plan.js';

export interface GroupConsumerOptions {
  readonly settings: KafkaSettings;
  readonly clock: Clock;
  readonly consume: ConsumeOptions;
  readonly timing: GroupTiming;
}

/**
 * A member of a group with its assignments. It has connections of its own: a broker answers one request of a connection
 * at a time, and some wait for others.
 */
export class GroupConsumer implements Subscription {
  private readonly members: KafkaConnection;
  private readonly reading: KafkaConnection;
  private readonly membership: GroupMembership;
  private readonly delivery: Delivery;
  private readonly sharing: GroupSharing;
  private readonly held = new Map<Slot, HeldSlot>();
  private granted: ReadonlySet<Slot> = new Set();
  private counts: ReadonlyMap<string, number> = new Map();
  private stopped: Promise<void> | undefined;

  constructor(private readonly options: GroupConsumerOptions) {
    const { settings, clock, consume, timing } = options;
    const { group, topics } = consume;
    this.members = new KafkaConnection(settings);
    this.reading = new KafkaConnection(settings);
    this.sharing = consume.sharing ?? 'one-active';
    const onError = (error: unknown) => consume.onError?.(error);
    this.membership = new GroupMembership({
      ...{ connection: this.members, clock, group, topics, sharing: this.sharing, timing, onError },
      holds: () => [...this.held.keys()],
      onGranted: (slots) => {
        this.take(slots);
      },
      onLost: () => this.loseAll(),
    });
    this.delivery = new Delivery({
      connection: this.reading,
      clock,
      report: onError,
      deliver: async (cursor, message) => {
        const holder = [...this.held.values()].find((held) => held.has(cursor));
        await holder?.deliver(message);
      },
    });
  }

  get active(): boolean {
    return this.stopped === undefined && [...this.held.values()].some(({ signal }) => !signal.aborted);
  }

  /**
   * Resolves when the group has let it in.
   *
   * @throws messagingErrors.unequalPartitions where partitions are shared and the topics have not the same number.
   */
  async join(): Promise<void> {
    try {
      await this.countPartitions();
      await this.membership.start();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  stop(): Promise<void> {
    this.stopped ??= this.leave();
    return this.stopped;
  }

  private async leave(): Promise<void> {
    this.granted = new Set();
    await this.endAll((held) => held.end());
    await this.delivery.stop();
    await this.membership.leave();
    this.members.close();
    this.reading.close();
  }

  private async countPartitions(): Promise<void> {
    const { group, topics } = this.options.consume;
    const counts = new Map<string, number>();
    for (const topic of topics) counts.set(topic, await this.reading.partitionsOf(topic));
    if (this.sharing === 'by-partition' && new Set(counts.values()).size > 1) {
      const said = [...counts].map(([topic, count]) => `${topic} has ${count}`).join(', ');
      throw messagingErrors.unequalPartitions(
        `group ${group} shares topics whose partitions differ: ${said}`,
      );
    }
    this.counts = counts;
  }

  /** What it may hold: it begins with what is new, and lets go of what is not there any more. */
  private take(slots: ReadonlySet<Slot>): void {
    if (this.stopped !== undefined) return;
    this.granted = slots;
    for (const [slot, held] of this.held) if (!slots.has(slot)) this.letGo(slot, held);
    for (const slot of slots) if (!this.held.has(slot)) this.hold(slot);
  }

  private hold(slot: Slot): void {
    const { clock, consume } = this.options;
    const { membership, delivery, reading } = this;
    const held = new HeldSlot({
      ...{ slot, topics: this.topicsOf(slot), consume, clock, membership, delivery },
      endOf: async (topic, partition) => (await reading.offsetsOf(topic, 'next')).get(partition) ?? 0,
      oldestOf: async (topic, partition) => (await reading.offsetsOf(topic, 'oldest')).get(partition) ?? 0,
    });
    this.held.set(slot, held);
  }

  /** Others may have it once it is let go of, which the group learns when this member joins again. */
  private letGo(slot: Slot, held: HeldSlot): void {
    if (held.signal.aborted) return;
    void held.end().then(() => {
      if (this.held.get(slot) === held) this.held.delete(slot);
      if (this.stopped !== undefined) return;
      if (this.granted.has(slot)) this.hold(slot);
      else this.membership.rejoin();
    });
  }

  private async loseAll(): Promise<void> {
    this.granted = new Set();
    await this.endAll((held) => held.lose());
  }

  private async endAll(end: (held: HeldSlot) => Promise<void>): Promise<void> {
    const all = [...this.held];
    await Promise.all(all.map(([, held]) => end(held)));
    for (const [slot, held] of all) if (this.held.get(slot) === held) this.held.delete(slot);
  }

  private topicsOf(slot: Slot): SlotTopic[] {
    return [...this.counts].map(([topic, count]) => {
      return { topic, count, partitions: partitionsIn([slot], this.sharing, count) };
    });
  }
}
