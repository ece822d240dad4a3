import { setImmediate } from 'node:timers/promises';
import type { Clock } from '@headwater/clock';
import { Backoff, messagingErrors, pause } from '@headwater/messaging';
import type { IncomingMessage } from '@headwater/messaging';
import { isLostPlace, positionAfterLoss } from '../reading/lost-place.js';
import { fetchFrom, usualFetch } from '../wire/fetching.js';
import type { KafkaConnection } from '../wire/kafka-connection.js';
import { Bell } from './bell.js';
import type { PartitionCursor } from './partition-cursor.js';

export interface DeliveryOptions {
  readonly connection: KafkaConnection;
  readonly clock: Clock;
  deliver(cursor: PartitionCursor, message: IncomingMessage): Promise<void>;
  report(error: unknown): void;
}

/** After so many messages other work of the process gets its turn. */
const messagesPerTurn = 16;

/**
 * Delivers the messages of some partitions, one at a time, the partitions taking turns. A message that was not taken is
 * delivered again after a delay, while the other partitions go on. Nothing is fetched while something can be delivered:
 * what is in memory is bounded by one answer of the brokers.
 */
export class Delivery {
  private readonly cursors = new Set<PartitionCursor>();
  private readonly changed = new Bell();
  private readonly stopping = new AbortController();
  private readonly fetchBackoff: Backoff;
  private running: { readonly cursor: PartitionCursor; readonly done: Promise<unknown> } | null = null;
  private done: Promise<void> | undefined;

  constructor(private readonly options: DeliveryOptions) {
    this.fetchBackoff = new Backoff(options.clock);
  }

  add(cursors: readonly PartitionCursor[]): void {
    for (const cursor of cursors) this.cursors.add(cursor);
    this.changed.ring();
    this.done ??= this.run();
  }

  /** Resolves when no handler runs for one of them; nothing of them is delivered later. */
  async remove(cursors: readonly PartitionCursor[]): Promise<void> {
    for (const cursor of cursors) this.cursors.delete(cursor);
    this.changed.ring();
    if (this.running !== null && cursors.includes(this.running.cursor)) await this.running.done;
  }

  /** The handler that runs is awaited, a fetch is not. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.cursors.clear();
    this.changed.ring();
    await this.running?.done;
  }

  private get signal(): AbortSignal {
    return this.stopping.signal;
  }

  private async run(): Promise<void> {
    let turns = 0;
    while (!this.signal.aborted) {
      let delivered = false;
      for (const cursor of [...this.cursors]) {
        if (!this.cursors.has(cursor) || !(await this.deliverNext(cursor))) continue;
        delivered = true;
        turns += 1;
        if (turns % messagesPerTurn === 0) await setImmediate();
      }
      if (!delivered) await this.fetchOrPause();
    }
  }

  /** True when the cursor moved. */
  private async deliverNext(cursor: PartitionCursor): Promise<boolean> {
    const message = cursor.current;
    if (message === undefined || cursor.backoff.remaining > 0) return false;
    const done = this.options.deliver(cursor, message);
    this.running = { cursor, done: done.catch(() => undefined) };
    try {
      await done;
      cursor.advance();
      cursor.backoff.succeeded();
      return true;
    } catch (error) {
      cursor.backoff.failed();
      this.options.report(error);
      return false;
    } finally {
      this.running = null;
    }
  }

  private async fetchOrPause(): Promise<void> {
    const { clock } = this.options;
    const cursors = [...this.cursors];
    const waits = cursors
      .filter(({ current }) => current !== undefined)
      .map(({ backoff }) => backoff.remaining);
    const untilRetry = Math.min(...waits);
    const empty = cursors.filter(({ current }) => current === undefined);
    if (empty.length > 0 && this.fetchBackoff.remaining === 0) {
      await this.fetch(empty, Math.min(usualFetch.waitMillis, untilRetry));
      return;
    }
    const untilFetch = empty.length > 0 ? this.fetchBackoff.remaining : Infinity;
    const millis = Math.min(untilRetry, untilFetch);
    const enough = new AbortController();
    const { heard } = this.changed;
    await Promise.race([
      heard,
      ...(millis === Infinity ? [] : [pause(clock, millis, AbortSignal.any([this.signal, enough.signal]))]),
    ]);
    enough.abort();
  }

  private async fetch(empty: readonly PartitionCursor[], waitMillis: number): Promise<void> {
    const { connection } = this.options;
    try {
      const options = { ...usualFetch, waitMillis: Math.max(1, Math.round(waitMillis)) };
      for (const found of await fetchFrom(connection, empty, options)) {
        const cursor = empty.find(
          ({ topic, partition }) => topic === found.topic && partition === found.partition,
        );
        cursor?.add(found);
      }
      this.fetchBackoff.succeeded();
    } catch (error) {
      // What a stop cuts off is no failure.
      if (this.signal.aborted) return;
      this.fetchBackoff.failed();
      if (isLostPlace(error)) await this.findAgain(empty, error);
      else this.options.report(error);
    }
  }

  /** Whichever it was: a partition whose place is still there keeps it. What is gone is said. */
  private async findAgain(cursors: readonly PartitionCursor[], error: unknown): Promise<void> {
    const { connection } = this.options;
    try {
      for (const cursor of cursors) {
        const { topic, partition, offset } = cursor;
        const oldest = await positionAfterLoss(connection, cursor, error);
        const end = (await connection.offsetsOf(topic, 'next')).get(partition) ?? 0;
        if (offset >= oldest && offset <= end) continue;
        cursor.seek(oldest);
        this.options.report(
          messagingErrors.messagesGone(
            `${topic} ${partition} has nothing at ${offset} any more: it goes on at ${oldest}, the oldest that is there`,
            { details: { topic, partition, offset, oldest } },
          ),
        );
      }
    } catch (failure) {
      this.options.report(failure);
    }
  }
}
