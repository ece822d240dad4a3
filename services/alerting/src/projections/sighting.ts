import type { Clock } from '@headwater/clock';

/** When an agent was last heard. */
export interface Sighting {
  /** Monotonic milliseconds of this process. */
  readonly atTicks: number;
}

/** It speaks now. Whatever the clock of its host says, it was this very moment. */
export function seenNow(clock: Clock): Sighting {
  return { atTicks: clock.ticksMillis() };
}

/**
 * It spoke before anybody listened: then the two wall clocks have to be believed.
 *
 * @param spokenAt by the agent's clock; what lies ahead of this one counts as now
 */
export function seenAt(spokenAt: Date, clock: Clock): Sighting {
  return { atTicks: clock.ticksMillis() - Math.max(0, clock.nowMillis() - spokenAt.getTime()) };
}

export function millisSince(sighting: Sighting, clock: Clock): number {
  return clock.ticksMillis() - sighting.atTicks;
}

/** By this process's wall clock. */
export function timeOf(sighting: Sighting, clock: Clock): Date {
  return new Date(clock.nowMillis() - millisSince(sighting, clock));
}
