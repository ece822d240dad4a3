import type { Clock } from './clock.js';

interface Sleeper {
  readonly wakeAt: number;
  readonly wake: () => void;
}

/** A clock for specs: time passes only by `advance`. */
export class ManualClock implements Clock {
  private readonly start: number;
  private millis: number;
  private sleepers: Sleeper[] = [];

  constructor(start: Date = new Date('2026-01-01T00:00:00Z')) {
    this.start = start.getTime();
    this.millis = this.start;
  }

  now(): Date {
    return new Date(this.millis);
  }

  nowMillis(): number {
    return this.millis;
  }

  ticksMillis(): number {
    return this.millis - this.start;
  }

  sleep(millis: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(reasonOf(signal));
        return;
      }
      const sleeper: Sleeper = { wakeAt: this.millis + millis, wake: resolve };
      this.sleepers.push(sleeper);
      signal?.addEventListener('abort', () => {
        this.sleepers = this.sleepers.filter((other) => other !== sleeper);
        reject(reasonOf(signal));
      });
    });
  }

  /** Lets `millis` milliseconds pass. Sleepers wake in the order of their time, each at its own time. */
  async advance(millis: number): Promise<void> {
    const end = this.millis + millis;
    for (let next = this.nextUntil(end); next !== undefined; next = this.nextUntil(end)) {
      const due = next;
      this.sleepers = this.sleepers.filter((other) => other !== due);
      this.millis = due.wakeAt;
      due.wake();
      await settle();
    }
    this.millis = end;
    await settle();
  }

  private nextUntil(end: number): Sleeper | undefined {
    return this.sleepers.filter((s) => s.wakeAt <= end).sort((a, b) => a.wakeAt - b.wakeAt)[0];
  }
}

/** Lets everything that waits on settled promises run before time goes on. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason));
}
