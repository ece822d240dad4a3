import type { Clock } from '@headwater/clock';
import type { OutgoingMessage } from '@headwater/messaging';
import { partitionOf } from './partitioning.js';
import type { KafkaConnection } from './wire/kafka-connection.js';

/** How long the broker may wait for its replicas, in milliseconds. */
const acknowledgeMillis = 20_000;

/**
 * Appends to one topic, one request at a time, so that calls take effect in the order they were made. A request is
 * sent once: whether what a lost answer spoke of may be there twice is known to who produces it.
 */
export class TopicWriter {
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly topic: string,
    private readonly connection: KafkaConnection,
    private readonly clock: Clock,
  ) {}

  /** Resolves when all in-sync replicas have them. */
  append(messages: readonly OutgoingMessage[]): Promise<void> {
    const appended = this.last.then(() => this.send(messages));
    this.last = appended.catch(() => undefined);
    return appended;
  }

  private async send(messages: readonly OutgoingMessage[]): Promise<void> {
    const partitions = await this.connection.partitionsOf(this.topic);
    const timestamp = this.clock.nowMillis();
    const byPartition = new Map<number, OutgoingMessage[]>();
    for (const message of messages) {
      const partition = partitionOf(message.key, partitions);
      const sameway = byPartition.get(partition);
      if (sameway === undefined) byPartition.set(partition, [message]);
      else sameway.push(message);
    }
    for (const [partition, some] of byPartition) await this.sendTo(partition, some, timestamp);
  }

  /** One record batch: the broker appends all of it or nothing. */
  private async sendTo(
    partition: number,
    messages: readonly OutgoingMessage[],
    timestamp: number,
  ): Promise<void> {
    const { topic } = this;
    const wire = messages.map(({ key, headers, value }) => ({
      key: Buffer.from(key),
      headers,
      value,
      timestamp,
    }));
    const topicData = [{ topic, partitions: [{ partition, messages: wire }] }];
    await this.connection.onLeader(
      topic,
      partition,
      (broker) => broker.produce({ acks: -1, timeout: acknowledgeMillis, topicData }),
      `producing to ${topic} ${partition}`,
    );
  }
}
