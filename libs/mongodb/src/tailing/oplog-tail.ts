import type { Clock } from '@headwater/clock';
import { isRetryable, messageOf } from '@headwater/errors';
import type { RawCursor } from '../connection/raw-cursor.js';
import { mongodbErrors } from '../mongodb-errors.js';

export interface TailPace {
  readonly clock: Clock;
  /**
   * How long entries gather before the next batch is asked for, in milliseconds: it adds to the lag of an entry, and
   * saves a round trip an entry. Not waited after a full batch, nor when nothing is being written.
   */
  readonly gatherMillis: number;
  /** From this many entries on a batch counts as full. */
  readonly fullBatch: number;
}

/** An open tail: every majority-committed entry from its start on, once, in order, as the server's bytes. */
export class OplogTail {
  private pending: Buffer[] | null;
  private gathering = false;
  private closed = false;
  private readonly stop = new AbortController();

  /** @param pending what was read when it was opened */
  constructor(
    private readonly cursor: RawCursor,
    pending: Buffer[],
    private readonly pace: TailPace,
  ) {
    this.pending = pending;
  }

  /**
   * The next entries, views of one server reply. Empty: nothing new within the await time.
   *
   * @throws mongodbErrors.tailInterrupted when the tail must be opened again, here or at another member: the server
   *   closed the cursor, rolled over its position, stepped down, or does not answer
   */
  async next(): Promise<Buffer[]> {
    if (this.closed) {
      throw mongodbErrors.misused('the tail was read after it was closed');
    }
    if (this.pending !== null) {
      const { pending } = this;
      this.pending = null;
      return pending;
    }
    const batch = await this.read();
    if (batch === null) {
      throw mongodbErrors.tailInterrupted('the server closed the cursor of the tail');
    }
    this.gathering = batch.length > 0 && batch.length < this.pace.fullBatch;
    return batch;
  }

  /** Ends it. A `next` under way ends with what it got, or with tailInterrupted. */
  async close(): Promise<void> {
    this.closed = true;
    this.stop.abort(mongodbErrors.tailInterrupted('the tail is being closed'));
    await this.cursor.close();
  }

  private async read(): Promise<Buffer[] | null> {
    try {
      if (this.gathering) {
        await this.pace.clock.sleep(this.pace.gatherMillis, this.stop.signal);
      }
      return await this.cursor.next();
    } catch (error) {
      if (isRetryable(error)) {
        throw mongodbErrors.tailInterrupted(`the tail was interrupted: ${messageOf(error)}`, {
          cause: error,
          details: error.details,
        });
      }
      throw error;
    }
  }
}
