import type {
  ConsumeOptions,
  IncomingMessage,
  MessageBus,
  OutgoingMessage,
  Subscription,
  WatchOptions,
} from '@headwater/messaging';

type Fault = (topic: string, messages: readonly OutgoingMessage[]) => Promise<void> | void;

/** A real bus in front of which something may go wrong. */
export class FaultyBus implements MessageBus {
  /** Called before messages are appended; what it throws is the refusal. */
  before: Fault = () => undefined;
  /** Called after they were appended; what it throws is a lost answer. */
  after: Fault = () => undefined;

  constructor(private readonly bus: MessageBus) {}

  async produce(topic: string, messages: readonly OutgoingMessage[]): Promise<void> {
    await this.before(topic, messages);
    await this.bus.produce(topic, messages);
    await this.after(topic, messages);
  }

  consume(options: ConsumeOptions): Promise<Subscription> {
    return this.bus.consume(options);
  }

  watch(options: WatchOptions): Promise<Subscription> {
    return this.bus.watch(options);
  }

  latest(topic: string, key: string): Promise<IncomingMessage | null> {
    return this.bus.latest(topic, key);
  }

  close(): Promise<void> {
    return this.bus.close();
  }
}

/** What is thrown so many times, and no more. */
export function times(count: number, error: Error): () => void {
  let left = count;
  return () => {
    left -= 1;
    if (left >= 0) {
      throw error;
    }
  };
}
