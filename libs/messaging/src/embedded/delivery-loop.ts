import type { Clock } from '@headwater/clock';
import type { IncomingMessage } from '@headwater/messaging';
import { Backoff, pause } from '@headwater/messaging';
import type { ChangeSignal } from './change-signal.js';
import type { TopicCursor } from './topic-cursor.js';

export interface DeliveryLoopOptions {
  readonly changes: ChangeSignal;
  readonly clock: Clock;
  /** Ends the loop; a delivery that runs is awaited. */
  readonly signal: AbortSignal;
  deliver(message: IncomingMessage): void | Promise<void>;
  report(error: unknown): void;
}

/**
 * Delivers the messages of some cursors, one at a time, the cursors taking turns. A cursor whose message could not be
 * read or delivered stays where it is and waits for its next try, while the others go on.
 */
export class DeliveryLoop {
  private readonly options: DeliveryLoopOptions;
  private readonly backoffs = new Map<TopicCursor, Backoff>();

  constructor(options: DeliveryLoopOptions) {
    this.options = options;
  }

  /** Until the signal is aborted. */
  async run(cursors: readonly TopicCursor[]): Promise<void> {
    const { changes, signal } = this.options;
    while (!signal.aborted) {
      const seen = await this.drain(cursors);
      await changes.since(seen, signal);
    }
  }

  /** Until every cursor was found at its end, or the signal is aborted. Resolves with what `ChangeSignal.since` takes. */
  async drain(cursors: readonly TopicCursor[]): Promise<number> {
    const { changes, signal } = this.options;
    for (;;) {
      const { seen } = changes;
      let delivered = false;
      for (const cursor of cursors) {
        if (signal.aborted) return seen;
        if (await this.deliverNext(cursor)) delivered = true;
      }
      if (delivered) continue;
      const failing = cursors.map((cursor) => this.backoffOf(cursor)).filter((backoff) => backoff.failing);
      if (failing.length === 0) return seen;
      await this.changeOrPause(seen, Math.min(...failing.map((backoff) => backoff.remaining)));
    }
  }

  /** True when the cursor moved. */
  private async deliverNext(cursor: TopicCursor): Promise<boolean> {
    const backoff = this.backoffOf(cursor);
    if (backoff.remaining > 0) return false;
    try {
      const message = await cursor.current();
      if (message !== undefined && !this.options.signal.aborted) {
        await this.options.deliver(message);
        cursor.advance();
      }
      backoff.succeeded();
      return message !== undefined;
    } catch (error) {
      backoff.failed();
      this.options.report(error);
      return false;
    }
  }

  private async changeOrPause(seen: number, millis: number): Promise<void> {
    const { changes, clock, signal } = this.options;
    const enough = new AbortController();
    const either = AbortSignal.any([signal, enough.signal]);
    await Promise.race([changes.since(seen, either), pause(clock, millis, either)]);
    enough.abort();
  }

  private backoffOf(cursor: TopicCursor): Backoff {
    let backoff = this.backoffs.get(cursor);
    if (backoff === undefined) {
      backoff = new Backoff(this.options.clock);
      this.backoffs.set(cursor, backoff);
    }
    return backoff;
  }
}
