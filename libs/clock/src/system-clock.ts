import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from './clock.js';

async function sleep(millis: number, signal?: AbortSignal): Promise<void> {
  try {
    await delay(millis, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => new Date(),
  nowMillis: () => Date.now(),
  ticksMillis: () => performance.now(),
  sleep,
};
