import type { Clock } from '@headwater/clock';
import type { RawEntry } from '@headwater/oplog';
import { Change, untilAborted } from '../change.js';

export interface QueueLimits {
  /** A batch holds at most this many bytes; one larger entry makes a batch of its own. */
  readonly batchBytes: number;
  /** A batch waits at most this long for more entries, counted from its first one. */
  readonly batchAgeMillis: number;
  /** The reader waits while this many bytes are queued. */
  readonly queueBytes: number;
}

/**
 * Between the tail and the bus: entries go in as they are read, batches come out by size or age. One reader, one
 * taker. While the bus is slow the queue fills and the reader waits, so that memory stays bounded.
 */
export class EntryQueue {
  private entries: RawEntry[] = [];
  private bytes = 0;
  private firstAt = 0;
  private unacknowledged = false;
  private readonly change = new Change();

  constructor(
    private readonly limits: QueueLimits,
    private readonly clock: Clock,
  ) {}

  /** Resolves when there is room for more. */
  async put(entries: readonly RawEntry[], signal: AbortSignal): Promise<void> {
    if (this.entries.length === 0) {
      this.firstAt = this.clock.ticksMillis();
    }
    for (const entry of entries) {
      this.entries.push(entry);
      this.bytes += entry.bytes.length;
    }
    this.change.announce();
    while (this.bytes >= this.limits.queueBytes) {
      await this.change.since(this.change.seen, signal);
    }
  }

  /** The next batch; never empty. */
  async take(signal: AbortSignal): Promise<readonly RawEntry[]> {
    while (this.entries.length === 0) {
      await this.change.since(this.change.seen, signal);
    }
    while (this.bytes < this.limits.batchBytes) {
      const left = this.firstAt + this.limits.batchAgeMillis - this.clock.ticksMillis();
      if (left <= 0) {
        break;
      }
      await this.changeWithin(left, signal);
    }
    return this.cut();
  }

  /** The batch that was taken last is durable. */
  acknowledge(): void {
    this.unacknowledged = false;
    this.change.announce();
  }

  /** Resolves when everything that was put is durable. */
  async drained(signal: AbortSignal): Promise<void> {
    while (this.entries.length > 0 || this.unacknowledged) {
      await this.change.since(this.change.seen, signal);
    }
  }

  private cut(): readonly RawEntry[] {
    let count = 0;
    let size = 0;
    for (const entry of this.entries) {
      if (count > 0 && size + entry.bytes.length > this.limits.batchBytes) {
        break;
      }
      size += entry.bytes.length;
      count += 1;
    }
    const batch = this.entries.slice(0, count);
    this.entries = this.entries.slice(count);
    this.bytes -= size;
    this.firstAt = this.clock.ticksMillis();
    this.unacknowledged = true;
    this.change.announce();
    return batch;
  }

  private async changeWithin(millis: number, signal: AbortSignal): Promise<void> {
    const enough = new AbortController();
    const timer = this.clock.sleep(millis, enough.signal).catch(() => undefined);
    const changed = this.change.since(this.change.seen, enough.signal).catch(() => undefined);
    try {
      await untilAborted(Promise.race([changed, timer]), signal);
    } finally {
      enough.abort();
    }
  }
}
