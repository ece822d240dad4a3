import type { GroupLock } from './group-lock.js';

/** Who holds which group of a bus in memory. Those who wait are woken together; the first to try again gets it. */
export class MemoryGroups {
  private readonly holders = new Map<string, MemoryGroupLock>();
  private readonly waiters = new Set<() => void>();

  lockOf(group: string): GroupLock {
    return new MemoryGroupLock(this, group);
  }

  claim(group: string, claimant: MemoryGroupLock): boolean {
    if (this.holders.has(group)) return false;
    this.holders.set(group, claimant);
    return true;
  }

  release(group: string, holder: MemoryGroupLock): void {
    if (this.holders.get(group) !== holder) return;
    this.holders.delete(group);
    for (const wake of [...this.waiters]) wake();
  }

  nextRelease(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        this.waiters.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      signal.addEventListener('abort', wake);
      this.waiters.add(wake);
    });
  }
}

class MemoryGroupLock implements GroupLock {
  private readonly groups: MemoryGroups;
  private readonly group: string;

  constructor(groups: MemoryGroups, group: string) {
    this.groups = groups;
    this.group = group;
  }

  tryAcquire(): boolean {
    return this.groups.claim(this.group, this);
  }

  released(signal: AbortSignal): Promise<void> {
    return this.groups.nextRelease(signal);
  }

  close(): void {
    this.groups.release(this.group, this);
  }
}
