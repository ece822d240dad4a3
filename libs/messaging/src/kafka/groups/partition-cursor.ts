import type { Clock } from '@headwater/clock';
import { Backoff } from '@headwater/messaging';
import type { IncomingMessage } from '@headwater/messaging';
import type { FetchedPartition } from '../wire/incoming.js';

/** One partition of an assignment: what was fetched of it and not delivered yet, and where fetching goes on. */
export class PartitionCursor {
  readonly backoff: Backoff;
  private waiting: readonly IncomingMessage[] = [];
  private taken = 0;

  constructor(
    readonly topic: string,
    readonly partition: number,
    /** Where fetching goes on. */
    public offset: number,
    clock: Clock,
  ) {
    this.backoff = new Backoff(clock);
  }

  get current(): IncomingMessage | undefined {
    return this.waiting[this.taken];
  }

  advance(): void {
    this.taken += 1;
    if (this.taken < this.waiting.length) return;
    this.waiting = [];
    this.taken = 0;
  }

  /** Only while nothing waits. */
  add({ messages, next }: FetchedPartition): void {
    this.waiting = messages;
    this.taken = 0;
    this.offset = next;
  }

  /** Goes on somewhere else: what is at its place is gone. */
  seek(offset: number): void {
    this.waiting = [];
    this.taken = 0;
    this.offset = offset;
  }
}
