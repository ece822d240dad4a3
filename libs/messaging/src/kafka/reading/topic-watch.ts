import type { Clock } from '@headwater/clock';
import { Backoff, copyOf, messagingErrors, pause } from '@headwater/messaging';
import type { IncomingMessage, Subscription, WatchOptions } from '@headwater/messaging';
import { fetchFrom, usualFetch } from '../wire/fetching.js';
import type { KafkaConnection } from '../wire/kafka-connection.js';
import { positionAfterLoss } from './lost-place.js';
import { TopicView } from './topic-view.js';

/** Nobody waits for a watch's next look: it ends as soon as there is something, and at once with its connection. */
const watchFetch = { ...usualFetch, waitMillis: 5000 };

/** Delivers the newest message of every key that begins with a prefix, then every later one. No group: it reads alone. */
export class TopicWatch implements Subscription {
  private readonly stopping = new AbortController();
  private done: Promise<void> = Promise.resolve();

  /** @param connection of its own: it is closed with the watch */
  constructor(
    private readonly connection: KafkaConnection,
    private readonly options: WatchOptions,
    private readonly clock: Clock,
  ) {}

  get active(): boolean {
    return !this.signal.aborted;
  }

  /**
   * Resolves when the beginning has been delivered.
   *
   * @throws messagingErrors.closed when it was stopped before.
   */
  async start(): Promise<void> {
    const { topic, keyPrefix } = this.options;
    const view = new TopicView(topic, this.connection, keyPrefix);
    const beginning = this.begin(view);
    this.done = beginning.catch(() => undefined);
    await beginning;
    if (!this.active) {
      throw messagingErrors.closed(`the bus was closed before the beginning of ${topic} was delivered`);
    }
    view.newest.clear();
    this.done = this.follow(new Map(view.next));
  }

  async stop(): Promise<void> {
    if (this.active) {
      this.stopping.abort(messagingErrors.assignmentEnded(`the watch on ${this.options.topic} was stopped`));
      this.connection.close();
    }
    await this.done;
  }

  private get signal(): AbortSignal {
    return this.stopping.signal;
  }

  private async begin(view: TopicView): Promise<void> {
    await view.catchUp(this.signal);
    const beginning = [...view.newest.values()].filter(({ value }) => value !== null);
    for (const message of beginning.sort((a, b) => a.offset - b.offset)) await this.deliver(message);
  }

  private async follow(positions: Map<number, number>): Promise<void> {
    const backoff = new Backoff(this.clock);
    while (this.active) {
      try {
        await this.readOn(positions);
        backoff.succeeded();
      } catch (error) {
        backoff.failed();
        this.report(error);
        await pause(this.clock, backoff.remaining, this.signal);
      }
    }
  }

  /** What a stop cuts off is no failure. */
  private report(error: unknown): void {
    if (this.active) this.options.onError?.(error);
  }

  private async readOn(positions: Map<number, number>): Promise<void> {
    const { topic, keyPrefix } = this.options;
    const places = [...positions].map(([partition, offset]) => ({ topic, partition, offset }));
    try {
      for (const found of await fetchFrom(this.connection, places, watchFetch)) {
        for (const message of found.messages) {
          if (message.key.startsWith(keyPrefix)) await this.deliver(message);
          if (!this.active) return;
          positions.set(found.partition, message.offset + 1);
        }
        positions.set(found.partition, Math.max(found.next, positions.get(found.partition) ?? 0));
      }
    } catch (error) {
      for (const place of places) await this.findAgain(positions, place.partition, error);
    }
  }

  /** Whichever partition it was: one whose place is still there keeps it. */
  private async findAgain(positions: Map<number, number>, partition: number, error: unknown): Promise<void> {
    const { topic } = this.options;
    const offset = positions.get(partition) ?? 0;
    const oldest = await positionAfterLoss(this.connection, { topic, partition, offset }, error);
    const end = (await this.connection.offsetsOf(topic, 'next')).get(partition) ?? 0;
    if (offset < oldest || offset > end) positions.set(partition, oldest);
  }

  /** Until the handler takes it, or the watch is stopped. */
  private async deliver(message: IncomingMessage): Promise<void> {
    const backoff = new Backoff(this.clock);
    while (this.active) {
      try {
        await this.options.onValue(copyOf(message));
        return;
      } catch (error) {
        backoff.failed();
        this.options.onError?.(error);
        await pause(this.clock, backoff.remaining, this.signal);
      }
    }
  }
}
