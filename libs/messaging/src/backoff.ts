import type { Clock } from '@headwater/clock';

const firstMillis = 100;
const longestMillis = 5000;

/** How long to wait before something that failed is tried again: 0.1 s, doubling to 5 s, until it succeeds once. */
export class Backoff {
  private readonly clock: Clock;
  private failures = 0;
  private dueAt = 0;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  get failing(): boolean {
    return this.failures > 0;
  }

  /** Milliseconds until the next try; 0 when it may be made now. */
  get remaining(): number {
    return this.failing ? Math.max(0, this.dueAt - this.clock.ticksMillis()) : 0;
  }

  failed(): void {
    this.dueAt = this.clock.ticksMillis() + Math.min(firstMillis * 2 ** this.failures, longestMillis);
    this.failures += 1;
  }

  succeeded(): void {
    this.failures = 0;
  }
}
