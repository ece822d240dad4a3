import { ExponentialBackoff, halfJitterGenerator } from 'cockatiel';
import type { Clock } from '@headwater/clock';
import { isRetryable } from '@headwater/errors';
import { storeErrors } from '@headwater/object-store';

export interface StoreRetry {
  readonly operation: string;
  /** The key or prefix. */
  readonly subject: string;
  /** From 1. */
  readonly retry: number;
  /** Milliseconds until it. */
  readonly pauseMillis: number;
  readonly error: unknown;
}

export interface PatienceOptions {
  readonly clock: Clock;
  /** Ends every wait at once. */
  readonly signal: AbortSignal;
  /** No try begins later than so many milliseconds after the operation did. */
  readonly deadlineMillis: number;
  /** A try that takes longer than so many milliseconds counts as failed. */
  readonly tryMillis: number;
  readonly onRetry: (retry: StoreRetry) => void;
}

/** 0.1 s, doubling to 5 s, each between half of it and all of it. */
const pauses = new ExponentialBackoff({
  initialDelay: 100,
  maxDelay: 5000,
  exponent: 2,
  generator: halfJitterGenerator,
});

/** Why a limit is waited for no longer. One for all: a try is made for every key of a listing. */
const answered = new Error('the try has ended');

/** How an operation is tried again. All waiting is done by the clock, which cockatiel's own policies do not know. */
export class Patience {
  private readonly options: PatienceOptions;

  constructor(options: PatienceOptions) {
    this.options = options;
  }

  /**
   * Tries until it succeeds, fails with an error that is not retryable, or the deadline has passed.
   *
   * @param attempt is told how many tries have failed before it
   */
  async run<T>(operation: string, subject: string, attempt: (failed: number) => Promise<T>): Promise<T> {
    const { clock, signal, deadlineMillis, onRetry } = this.options;
    const deadline = clock.ticksMillis() + deadlineMillis;
    let pause = pauses.next();
    for (let failed = 0; ; failed += 1) {
      signal.throwIfAborted();
      try {
        return await this.bounded(`${operation} of ${subject}`, () => attempt(failed));
      } catch (error) {
        const left = deadline - clock.ticksMillis();
        if (!isRetryable(error) || signal.aborted || left <= 0) throw error;
        const pauseMillis = Math.min(pause.duration, left);
        onRetry({ operation, subject, retry: failed + 1, pauseMillis, error });
        await clock.sleep(pauseMillis, signal);
        pause = pause.next(undefined);
      }
    }
  }

  /** One try, left alone when it takes too long or the store is closed. */
  private async bounded<T>(what: string, attempt: () => Promise<T>): Promise<T> {
    const { signal } = this.options;
    const settled = new AbortController();
    const end = (): void => {
      settled.abort(signal.reason);
    };
    signal.addEventListener('abort', end, { once: true });
    try {
      return await Promise.race([attempt(), this.tooLate(what, settled.signal)]);
    } finally {
      signal.removeEventListener('abort', end);
      settled.abort(answered);
    }
  }

  private async tooLate(what: string, settled: AbortSignal): Promise<never> {
    const { clock, tryMillis } = this.options;
    await clock.sleep(tryMillis, settled);
    throw storeErrors.unavailable(`${what} was not answered within ${tryMillis} ms`);
  }
}
