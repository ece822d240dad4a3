import type { Clock } from '@headwater/clock';
import { messagingErrors, pause } from '@headwater/messaging';

/** @throws messagingErrors.unreachable when `answer` is not there after `millis` milliseconds; it is not waited for. */
export async function inTime<T>(clock: Clock, millis: number, answer: Promise<T>, what: string): Promise<T> {
  const enough = new AbortController();
  const late = pause(clock, millis, enough.signal).then((): never => {
    throw messagingErrors.unreachable(`${what}: no answer within ${millis} ms`);
  });
  late.catch(() => undefined);
  answer.catch(() => undefined);
  try {
    return await Promise.race([answer, late]);
  } finally {
    enough.abort();
  }
}
