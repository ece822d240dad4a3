import { systemClock } from '@headwater/clock';

export interface Timed<T> {
  readonly result: T;
  readonly seconds: number;
}

/** How long it takes. */
export async function timed<T>(work: () => Promise<T>): Promise<Timed<T>> {
  const startedAt = systemClock.ticksMillis();
  const result = await work();
  return { result, seconds: (systemClock.ticksMillis() - startedAt) / 1000 };
}
