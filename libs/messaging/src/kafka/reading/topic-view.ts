import type { IncomingMessage } from '@headwater/messaging';
import { fetchFrom, usualFetch } from '../wire/fetching.js';
import type { KafkaConnection } from '../wire/kafka-connection.js';
import { positionAfterLoss } from './lost-place.js';

/**
 * The newest message of every key of a topic, tombstones included, as far as it was read. Kafka has no index by key: it
 * holds one message of every key in memory, and a topic that is looked at by key is read from its beginning once.
 */
export class TopicView {
  readonly newest = new Map<string, IncomingMessage>();
  private readonly positions = new Map<number, number>();
  private reading: Promise<void> = Promise.resolve();

  constructor(
    private readonly topic: string,
    private readonly connection: KafkaConnection,
    private readonly keyPrefix: string,
  ) {}

  /** Where a reader goes on that wants nothing twice, by partition. */
  get next(): ReadonlyMap<number, number> {
    return this.positions;
  }

  /** Resolves when everything has been read that was durable at the call. */
  catchUp(signal?: AbortSignal): Promise<void> {
    const caughtUp = this.reading.then(() => this.read(signal));
    this.reading = caughtUp.catch(() => undefined);
    return caughtUp;
  }

  private async read(signal: AbortSignal | undefined): Promise<void> {
    const { topic, connection, positions } = this;
    const ends = await connection.offsetsOf(topic, 'next');
    const known = positions.size > 0 && [...positions].every(([at, next]) => next <= (ends.get(at) ?? 0));
    if (!known) await this.begin();
    for (const [partition, end] of ends) {
      while ((positions.get(partition) ?? 0) < end && signal?.aborted !== true) {
        await this.readNext(partition, end);
      }
    }
  }

  /** A topic that ends below what was read of it was made anew. */
  private async begin(): Promise<void> {
    this.newest.clear();
    this.positions.clear();
    for (const [partition, oldest] of await this.connection.offsetsOf(this.topic, 'oldest')) {
      this.positions.set(partition, oldest);
    }
  }

  private async readNext(partition: number, end: number): Promise<void> {
    const { topic, connection, positions } = this;
    const offset = positions.get(partition) ?? 0;
    try {
      const place = { topic, partition, offset };
      const [found] = await fetchFrom(connection, [place], { ...usualFetch, waitMillis: 100 });
      for (const message of found?.messages ?? []) this.fold(message);
      const next = found?.next ?? offset;
      // Asked alone, a partition that answers nothing below its end has nothing there: it was compacted away. A leader
      // that does not know yet how far its replicas are is asked again.
      const isHole = next === offset && (found?.end ?? 0) >= end;
      positions.set(partition, isHole ? end : next);
    } catch (error) {
      positions.set(partition, await positionAfterLoss(connection, { topic, partition, offset }, error));
    }
  }

  private fold(message: IncomingMessage): void {
    if (message.key.startsWith(this.keyPrefix)) this.newest.set(message.key, message);
  }
}
