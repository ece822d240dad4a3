import { systemClock } from '@headwater/clock';
import type { Clock } from '@headwater/clock';
import type { TopicRetention } from '@headwater/contracts';
import {
  checkGroup,
  checkMessages,
  checkTopic,
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
import { Broker } from './broker.js';
import type { BrokerOptions } from './broker.js';
import { GroupConsumer } from './group-consumer.js';
import { TopicWatch } from './topic-watch.js';

export interface EmbeddedBusOptions {
  /** How often to look for what other processes wrote, in milliseconds; 10 by default. */
  readonly pollMillis?: number;
  /** Stamps messages and times redeliveries. Looking at the file goes by real time whatever the clock. */
  readonly clock?: Clock;
  /**
   * By the name of the topic; one that is not named keeps everything. Every process on the file is told the same:
   * one of them, whichever comes first, removes for all.
   */
  readonly retention?: Readonly<Record<string, TopicRetention>>;
  /** What every group has committed stays on a topic of cleanup `delete` up to this size, in bytes; 64 MiB by default. */
  readonly keptBytes?: number;
  /**
   * The size of the file with its write-ahead log, in bytes, at which messages are refused; what is free in the file
   * does not count. No limit by default.
   */
  readonly limitBytes?: number;
  /** False where this process leaves upkeep to others; true by default. */
  readonly upkeep?: boolean;
  /** From one round of upkeep to the next, in milliseconds of the clock; 5,000 by default. */
  readonly upkeepMillis?: number;
  /** What a round of upkeep failed with; the next one tries again. It must not throw. */
  onUpkeepFailure?(error: unknown): void;
}

const defaultPollMillis = 10;
const defaultKeptBytes = 64 * 1024 * 1024;
const defaultUpkeepMillis = 5000;

/**
 * The bus in one SQLite file, for any number of processes on one host; one partition, number 0, a topic. Beside the
 * file stand what SQLite needs (`-wal`, `-shm`) and `<file>.groups/` with a lock for each group; all of them are
 * needed, on a local disk.
 *
 * A process that is killed loses what it had not been promised, no more, and its groups are taken over within about
 * 250 ms. One that is frozen keeps its groups; frozen inside a write it keeps everybody from writing, which is
 * messagingErrors.busy after 30 s.
 */
export class EmbeddedBus implements MessageBus {
  private readonly broker: Broker;
  private readonly clock: Clock;
  private readonly subscriptions = new OpenSubscriptions();
  private closing: Promise<void> | undefined;
  private closed = false;

  private constructor(broker: Broker, clock: Clock) {
    this.broker = broker;
    this.clock = clock;
  }

  /**
   * Opens the bus in `file`, making it and its directory where they are missing; ':memory:' makes one that lives as
   * long as it and its siblings.
   *
   * @throws messagingErrors.notWritable, foreignFile, damagedFile, newerFormat, diskFull, inputOutput, busy.
   */
  static async open(file: string, options: EmbeddedBusOptions = {}): Promise<EmbeddedBus> {
    const { retention = {}, clock = systemClock, upkeep = true } = options;
    const broker = await Broker.open(file, {
      pollMillis: options.pollMillis ?? defaultPollMillis,
      clock,
      retention,
      limitBytes: options.limitBytes ?? Infinity,
      upkeep: upkeep && Object.keys(retention).length > 0 ? upkeepOf(options) : null,
    });
    return new EmbeddedBus(broker, clock);
  }

  /** Another client of the same bus, closed on its own; the only way to a bus in memory that exists. */
  sibling(): EmbeddedBus {
    this.refuseWhen(this.closing !== undefined);
    this.broker.join();
    return new EmbeddedBus(this.broker, this.clock);
  }

  /** @throws also messagingErrors.limitReached, diskFull: nothing was appended, and there may be room later. */
  async produce(topic: string, messages: readonly OutgoingMessage[]): Promise<void> {
    this.refuseWhen(this.closed);
    checkMessages(topic, messages);
    if (messages.length > 0) await this.broker.append(topic, messages, this.clock.now());
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- a refusal is a rejection, not a throw
  async consume(options: ConsumeOptions): Promise<Subscription> {
    this.refuseWhen(this.closing !== undefined);
    checkGroup(options.group, options.topics);
    return this.subscriptions.add(new GroupConsumer(this.broker, options, this.clock));
  }

  async watch(options: WatchOptions): Promise<Subscription> {
    this.refuseWhen(this.closing !== undefined);
    checkTopic(options.topic);
    const watch = new TopicWatch(this.broker, options, this.clock);
    const subscription = this.subscriptions.add(watch);
    try {
      await watch.start();
    } catch (error) {
      await subscription.stop();
      throw error;
    }
    return subscription;
  }

  async latest(topic: string, key: string): Promise<IncomingMessage | null> {
    this.refuseWhen(this.closed);
    checkTopic(topic);
    return (await this.broker.log.newest(topic, key)) ?? null;
  }

  close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  private async end(): Promise<void> {
    // Until the last handler has returned, it may still produce and commit.
    await this.subscriptions.stopAll();
    this.closed = true;
    await this.broker.leave();
  }

  private refuseWhen(gone: boolean): void {
    if (gone) throw messagingErrors.closed('the bus was closed');
  }
}

function upkeepOf(options: EmbeddedBusOptions): BrokerOptions['upkeep'] {
  return {
    keptBytes: options.keptBytes ?? defaultKeptBytes,
    everyMillis: options.upkeepMillis ?? defaultUpkeepMillis,
    onFailure: (error) => options.onUpkeepFailure?.(error),
  };
}
