import type { SnapshotState } from '@headwater/contracts';

/** So many of the newest are known: when they are removed, older ones take their place. */
const kept = 100;

/** The newest snapshots of one replica set, by the writes that they hold. */
export class NewestSnapshots {
  /** Descending. */
  private snapshots: { readonly key: string; readonly snapshot: SnapshotState }[] = [];

  /** @param key of its state */
  add(key: string, snapshot: SnapshotState): void {
    this.remove(key);
    this.snapshots.push({ key, snapshot });
    this.snapshots.sort((a, b) => compare(b.snapshot, a.snapshot));
    this.snapshots.splice(kept);
  }

  remove(key: string): void {
    this.snapshots = this.snapshots.filter((known) => known.key !== key);
  }

  get newest(): SnapshotState | null {
    return this.snapshots[0]?.snapshot ?? null;
  }
}

function compare(a: SnapshotState, b: SnapshotState): number {
  return a.ts.t - b.ts.t || a.ts.i - b.ts.i || (a.createdAt < b.createdAt ? -1 : 1);
}
