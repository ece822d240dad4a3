import { agentErrors } from '../agent-errors.js';
import { EntryQueue } from '../batching/entry-queue.js';
import type { QueueLimits } from '../batching/entry-queue.js';
import type { BatchPublisher, TailIdentity } from '../publishing/batch-publisher.js';
import { Reading } from './reading.js';
import type { ReadingOptions } from './reading.js';
import type { TailStart } from './tail-start.js';

export interface TailingOptions extends ReadingOptions {
  readonly publisher: BatchPublisher;
  readonly queueLimits: QueueLimits;
}

interface RunningTail {
  readonly stop: AbortController;
  readonly done: Promise<void>;
}

/** The tail of one order: a reader that moves to another member when its own fails, and a publisher that goes on meanwhile. */
export class Tailing {
  private running: RunningTail | null = null;
  private readonly failed = Promise.withResolvers<never>();

  constructor(private readonly options: TailingOptions) {
    // Whoever does not wait for it is not to be ended by it.
    this.failed.promise.catch(() => undefined);
  }

  /** Never resolves; rejects with the first failure that no waiting repairs. Nothing is published any more then. */
  get failure(): Promise<never> {
    return this.failed.promise;
  }

  /** @throws agentErrors.tailRuns: another tail must have been stopped before */
  start(tail: TailIdentity, start: TailStart): void {
    if (this.running !== null) {
      throw agentErrors.tailRuns(`a tail of ${tail.chain} was started while another one runs`);
    }
    const stop = new AbortController();
    const done = this.run(tail, start, stop.signal).catch((error: unknown) => {
      if (!stop.signal.aborted) {
        this.failed.reject(error);
      }
    });
    this.running = { stop, done };
  }

  async stop(): Promise<void> {
    this.running?.stop.abort(new Error('the tail is stopped'));
    await this.running?.done;
    this.running = null;
  }

  private async run(tail: TailIdentity, start: TailStart, signal: AbortSignal): Promise<void> {
    const { publisher, queueLimits, clock, journal } = this.options;
    await journal.noteNow({ epoch: tail.epoch, publishedTo: start.opening === null ? start.from : null });
    const queue = new EntryQueue(queueLimits, clock);
    const broken = new AbortController();
    const either = AbortSignal.any([signal, broken.signal]);
    const side = async (work: Promise<void>) => {
      await work.catch((error: unknown) => {
        broken.abort(error);
      });
    };
    try {
      await Promise.all([
        side(publisher.run(tail, start.from, queue, either)),
        side(new Reading(this.options, { tail, start, queue }).run(either)),
      ]);
      // The first failure: the other side was aborted with it.
      broken.signal.throwIfAborted();
    } finally {
      await journal.troubled('tail', null);
    }
  }
}
