export interface ChangePoll {
  readonly everyMillis: number;
  /** True when another process has written since it was asked last. It must not throw. */
  hasChanged(): boolean;
}

/**
 * Wakes whoever waits for something new: at once for what this process wrote, by polling for what another one wrote
 * (null: there is no other). Polls only while somebody waits.
 */
export class ChangeSignal {
  private readonly poll: ChangePoll | null;
  private readonly waiters = new Set<() => void>();
  private timer: NodeJS.Timeout | undefined;
  private count = 0;

  constructor(poll: ChangePoll | null) {
    this.poll = poll;
  }

  /** To be read before looking, and handed to `since` when nothing was found: what came in between is not missed. */
  get seen(): number {
    return this.count;
  }

  nudge(): void {
    this.count += 1;
    for (const wake of [...this.waiters]) wake();
  }

  /** Resolves when something may have changed since `seen`, or when the signal is aborted. */
  since(seen: number, signal: AbortSignal): Promise<void> {
    if (seen !== this.count || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        this.waiters.delete(wake);
        signal.removeEventListener('abort', wake);
        if (this.waiters.size === 0) clearInterval(this.timer);
        resolve();
      };
      signal.addEventListener('abort', wake);
      if (this.waiters.size === 0) this.startPolling();
      this.waiters.add(wake);
    });
  }

  private startPolling(): void {
    const { poll } = this;
    if (poll === null) return;
    this.timer = setInterval(() => {
      if (poll.hasChanged()) this.nudge();
    }, poll.everyMillis);
  }
}
