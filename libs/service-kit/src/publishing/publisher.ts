import type { Clock } from '@headwater/clock';
import { encodeId, encodeJsonEvent } from '@headwater/contracts';
import type { JsonEvent, Topics } from '@headwater/contracts';
import type { MessageBus } from '@headwater/messaging';

export interface PublisherOptions {
  readonly bus: MessageBus;
  readonly topics: Topics;
  readonly clock: Clock;
  /** Who speaks: `/headwater/<service>/<instance>`. */
  readonly source: string;
}

/** What an event is about. */
export interface Fact {
  readonly deployment: string;
  /** Deterministic: the same fact has the same id however often it is published. */
  readonly id: string;
}

/** Publishes events and state. What it resolves for is durable on the bus. */
export class Publisher {
  constructor(private readonly options: PublisherOptions) {}

  /** A fact that people and other systems act on. */
  async event<T>(event: JsonEvent<T>, fact: Fact, data: T): Promise<void> {
    const message = encodeJsonEvent(event, this.context(fact.id, fact.deployment), data);
    await this.options.bus.produce(this.options.topics.events, [
      { key: encodeId(fact.deployment), ...message },
    ]);
  }

  /** The latest whole state of one thing. The kind in `key` has one writer. */
  async state<T>(event: JsonEvent<T>, key: string, data: T): Promise<void> {
    const message = encodeJsonEvent(
      event,
      this.context(`${key}@${this.options.clock.now().toISOString()}`, key),
      data,
    );
    await this.options.bus.produce(this.options.topics.state, [{ key, ...message }]);
  }

  private context(id: string, subject: string) {
    return { id, subject, source: this.options.source, time: this.options.clock.now() };
  }
}
