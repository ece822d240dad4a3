import { systemClock, type Clock } from '@headwater/clock';

/** A pace that fell behind makes up for so much of it, no more: a stall is not followed by a flood. */
const longestCatchUpMillis = 1000;

/** Hands out turns at a steady rate, however many take them. */
export class Pace {
  private readonly intervalMillis: number;
  private nextAt: number;

  /** `perSecond` is above 0; Infinity means no pause at all. */
  constructor(
    perSecond: number,
    private readonly clock: Clock = systemClock,
  ) {
    this.intervalMillis = 1000 / perSecond;
    this.nextAt = clock.ticksMillis();
  }

  /** Resolves to true when it is the caller's turn, to false when the signal was aborted first. */
  async turn(signal: AbortSignal): Promise<boolean> {
    const now = this.clock.ticksMillis();
    const mine = Math.max(this.nextAt, now - longestCatchUpMillis);
    this.nextAt = mine + this.intervalMillis;
    if (mine > now) await this.clock.sleep(mine - now, signal).catch(() => undefined);
    return !signal.aborted;
  }
}
