import { systemClock } from '@headwater/clock';
import type { Clock } from '@headwater/clock';
import {
  checkGroup,
  checkMessages,
  checkTopic,
  copyOf,
  messagingErrors,
  OpenSubscriptions,
} from '@headwater/messaging';
import type {
  ConsumeOptions,
  IncomingMessage,
  MessageBus,
  OutgoingMessage,
  Subscription,
  WatchOptions,
} from '@headwater/messaging';
import { GroupConsumer } from './groups/group-consumer.js';
import type { GroupTiming } from './groups/group-membership.js';
import type { KafkaSettings } from './kafka-settings.js';
import { TopicView } from './reading/topic-view.js';
import { TopicWatch } from './reading/topic-watch.js';
import { TopicWriter } from './topic-writer.js';
import { KafkaConnection } from './wire/kafka-connection.js';

export interface KafkaBusOptions {
  readonly clock?: Clock;
  /** How soon a member that died is replaced; 10 s for its session, a word every 3 s, by default. */
  readonly timing?: Partial<GroupTiming>;
}

const usualTiming: GroupTiming = { sessionMillis: 10_000, heartbeatMillis: 3000, rebalanceMillis: 30_000 };

/**
 * The bus on Kafka 2.1 and later. Topics are there before it is used: it creates none.
 *
 * A broker that is away, stopped or frozen makes every call reject as retryable and every subscription try again; a
 * member that the group did not hear of for the length of its session lets go of its assignments by itself.
 */
export class KafkaBus implements MessageBus {
  private readonly clock: Clock;
  private readonly writing: KafkaConnection;
  private readonly reading: KafkaConnection;
  private readonly timing: GroupTiming;
  private readonly writers = new Map<string, TopicWriter>();
  private readonly views = new Map<string, TopicView>();
  private readonly subscriptions = new OpenSubscriptions();
  private readonly begun = new Set<Promise<unknown>>();
  private closing: Promise<void> | undefined;
  private closed = false;

  private constructor(
    private readonly settings: KafkaSettings,
    options: KafkaBusOptions,
  ) {
    this.clock = options.clock ?? systemClock;
    this.timing = { ...usualTiming, ...options.timing };
    this.writing = new KafkaConnection(settings);
    this.reading = new KafkaConnection(settings);
  }

  /** Connects with the first call; a broker that is away is no reason not to open. */
  static open(settings: KafkaSettings, options: KafkaBusOptions = {}): KafkaBus {
    return new KafkaBus(settings, options);
  }

  /** @throws also messagingErrors.unknownTopic, tooLargeForTopic, unreachable, notAllowed, loginRefused, brokerRefuses. */
  async produce(topic: string, messages: readonly OutgoingMessage[]): Promise<void> {
    this.refuseWhen(this.closed);
    checkMessages(topic, messages);
    if (messages.length > 0) await this.track(this.writerOf(topic).append(messages));
  }

  async consume(options: ConsumeOptions): Promise<Subscription> {
    this.refuseWhen(this.closing !== undefined);
    checkGroup(options.group, options.topics);
    const { settings, clock, timing } = this;
    const consumer = new GroupConsumer({ settings, clock, timing, consume: options });
    const subscription = this.subscriptions.add(consumer);
    return this.begin(subscription, () => consumer.join());
  }

  async watch(options: WatchOptions): Promise<Subscription> {
    this.refuseWhen(this.closing !== undefined);
    checkTopic(options.topic);
    const watch = new TopicWatch(new KafkaConnection(this.settings), options, this.clock);
    const subscription = this.subscriptions.add(watch);
    return this.begin(subscription, () => watch.start());
  }

  async latest(topic: string, key: string): Promise<IncomingMessage | null> {
    this.refuseWhen(this.closed);
    checkTopic(topic);
    const view = this.viewOf(topic);
    await this.track(view.catchUp());
    const found = view.newest.get(key);
    return found === undefined || found.value === null ? null : copyOf(found);
  }

  close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  private async end(): Promise<void> {
    // Until the last handler has returned, it may still produce and commit.
    await this.subscriptions.stopAll();
    this.closed = true;
    await Promise.allSettled(this.begun);
    this.writing.close();
    this.reading.close();
  }

  private async begin(subscription: Subscription, start: () => Promise<void>): Promise<Subscription> {
    try {
      await start();
      return subscription;
    } catch (error) {
      await subscription.stop();
      throw error;
    }
  }

  private writerOf(topic: string): TopicWriter {
    const writer = this.writers.get(topic) ?? new TopicWriter(topic, this.writing, this.clock);
    this.writers.set(topic, writer);
    return writer;
  }

  private viewOf(topic: string): TopicView {
    const view = this.views.get(topic) ?? new TopicView(topic, this.reading, '');
    this.views.set(topic, view);
    return view;
  }

  /** A call that was begun before the bus closes ends first. */
  private track<T>(call: Promise<T>): Promise<T> {
    this.begun.add(call);
    const forget = () => this.begun.delete(call);
    call.then(forget, forget);
    return call;
  }

  private refuseWhen(gone: boolean): void {
    if (gone) throw messagingErrors.closed('the bus was closed');
  }
}
