import type { Clock } from '@headwater/clock';

/** Resolves after `millis` milliseconds, or when the signal is aborted: who pauses looks at the signal afterwards. */
export async function pause(clock: Clock, millis: number, signal: AbortSignal): Promise<void> {
  try {
    await clock.sleep(millis, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
