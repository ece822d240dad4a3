import type { Clock } from '@headwater/clock';
import { builderErrors } from '../builder-errors.js';

export interface DeadlineOptions {
  readonly clock: Clock;
  readonly millis: number;
  readonly signal: AbortSignal;
  /** Of the work, for people. */
  readonly what: string;
}

/**
 * Ends work that takes unreasonably long: a mongod that hangs must not keep a head from being reported.
 *
 * @throws builderErrors.workOverdue; what the work throws
 */
export async function withDeadline<T>(
  { clock, millis, signal, what }: DeadlineOptions,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const overdue = new AbortController();
  const done = new AbortController();
  void clock
    .sleep(millis, done.signal)
    .then(() => {
      overdue.abort(
        builderErrors.workOverdue(`${what} was not done within ${Math.round(millis / 60_000)} minutes`),
      );
    })
    .catch(() => undefined);
  try {
    return await work(AbortSignal.any([signal, overdue.signal]));
  } finally {
    done.abort();
  }
}
