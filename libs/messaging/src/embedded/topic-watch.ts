import type { Clock } from '@headwater/clock';
import { messagingErrors } from '@headwater/messaging';
import type { Subscription, WatchOptions } from '@headwater/messaging';
import type { Broker } from './broker.js';
import { DeliveryLoop } from './delivery-loop.js';
import { TopicCursor } from './topic-cursor.js';

/** Delivers the newest message of every key that begins with a prefix, then every later one. */
export class TopicWatch implements Subscription {
  private readonly broker: Broker;
  private readonly options: WatchOptions;
  private readonly loop: DeliveryLoop;
  private readonly stopping = new AbortController();
  private done: Promise<void> = Promise.resolve();

  constructor(broker: Broker, options: WatchOptions, clock: Clock) {
    this.broker = broker;
    this.options = options;
    this.loop = new DeliveryLoop({
      changes: broker.changes,
      clock,
      signal: this.stopping.signal,
      deliver: (message) => options.onValue(message),
      report: (error) => options.onError?.(error),
    });
  }

  get active(): boolean {
    return !this.stopping.signal.aborted;
  }

  /**
   * Resolves when the beginning has been delivered.
   *
   * @throws messagingErrors.closed when it was stopped before.
   */
  async start(): Promise<void> {
    const { log } = this.broker;
    const { topic, keyPrefix } = this.options;
    const view = await log.view(topic, keyPrefix);
    const later = new TopicCursor(log, topic, { offsets: [], next: view.next }, keyPrefix);
    const beginning = this.begin(new TopicCursor(log, topic, view, null), later);
    this.done = beginning;
    await beginning;
    if (!this.active) {
      throw messagingErrors.closed(`the bus was closed before the beginning of ${topic} was delivered`);
    }
    this.done = this.loop.run([later]);
  }

  private async begin(view: TopicCursor, later: TopicCursor): Promise<void> {
    await this.loop.drain([view]);
    // A key whose message was replaced and removed meanwhile has its newest one among the later ones.
    if (view.hasSkipped) await this.loop.drain([later]);
  }

  async stop(): Promise<void> {
    if (this.active) {
      this.stopping.abort(messagingErrors.assignmentEnded(`the watch on ${this.options.topic} was stopped`));
    }
    await this.done;
  }
}
