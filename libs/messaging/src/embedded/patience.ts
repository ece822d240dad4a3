import { systemClock } from '@headwater/clock';
import { isHeadwaterError } from '@headwater/errors';
import { failureOf, isBusy } from './sqlite-failure.js';

const retryMillis = 1;

/** Waits for the locks of other processes on a file, without blocking the event loop. */
export class Patience {
  private readonly path: string;
  private readonly millis: number;

  /** A writer is done within milliseconds; one that is in the way for longer than `millis` counts as frozen. */
  constructor(path: string, millis: number) {
    this.path = path;
    this.millis = millis;
  }

  /** Runs `work` until it is not refused for being busy. Whatever else it throws becomes one of messagingErrors. */
  async run<T>(work: () => T): Promise<T> {
    const deadline = systemClock.ticksMillis() + this.millis;
    for (;;) {
      try {
        return work();
      } catch (error) {
        if (isHeadwaterError(error)) throw error;
        if (!isBusy(error) || systemClock.ticksMillis() > deadline) throw failureOf(error, this.path);
      }
      await systemClock.sleep(retryMillis);
    }
  }
}
