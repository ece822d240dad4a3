import type {
  Assignment,
  ConsumeOptions,
  IncomingMessage,
  MessageBus,
  OutgoingMessage,
  Subscription,
  WatchOptions,
} from '@headwater/messaging';

/** A bus on which topics and groups have names of their own, so that tests share one broker and see none of the others. */
export class ScopedBus implements MessageBus {
  constructor(
    private readonly bus: MessageBus,
    private readonly scope: string,
  ) {}

  produce(topic: string, messages: readonly OutgoingMessage[]): Promise<void> {
    return this.bus.produce(this.outer(topic), messages);
  }

  consume(options: ConsumeOptions): Promise<Subscription> {
    const scoped = new Map<Assignment, Assignment>();
    const assignmentOf = (outer: Assignment): Assignment => {
      const known = scoped.get(outer) ?? this.assignmentOf(outer);
      scoped.set(outer, known);
      return known;
    };
    return this.bus.consume({
      ...options,
      group: this.outer(options.group),
      topics: options.topics.map((topic) => this.outer(topic)),
      onAssigned: async (outer) => options.onAssigned?.(assignmentOf(outer)),
      onRevoked: async (outer) => options.onRevoked?.(assignmentOf(outer)),
      ...(options.onMessage && {
        onMessage: async (message, delivery) => options.onMessage?.(this.inner(message), delivery),
      }),
    });
  }

  watch(options: WatchOptions): Promise<Subscription> {
    const topic = this.outer(options.topic);
    return this.bus.watch({ ...options, topic, onValue: (message) => options.onValue(this.inner(message)) });
  }

  async latest(topic: string, key: string): Promise<IncomingMessage | null> {
    const found = await this.bus.latest(this.outer(topic), key);
    return found === null ? null : this.inner(found);
  }

  close(): Promise<void> {
    return this.bus.close();
  }

  private assignmentOf(outer: Assignment): Assignment {
    return {
      partitions: outer.partitions,
      signal: outer.signal,
      get isHeld() {
        return outer.isHeld;
      },
      owns: (key) => outer.owns(key),
      commit: (topic, partition, offset) => outer.commit(this.outer(topic), partition, offset),
    };
  }

  /** What is no name stays none. */
  private outer(name: string): string {
    return name === '' ? '' : `${this.scope}.${name}`;
  }

  private inner(message: IncomingMessage): IncomingMessage {
    return { ...message, topic: message.topic.slice(this.scope.length + 1) };
  }
}
