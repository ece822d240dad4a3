import type { Manifest, SnapshotRef } from './manifest.js';

/** A good snapshot: one whose manifest reads. What the manifest says, but for its files. */
export interface SnapshotSummary
  extends SnapshotRef, Omit<Manifest, 'format' | 'blockBytes' | 'files' | 'packs'> {}

/** A snapshot whose manifest does not read: nothing can be restored from it. */
export interface DamagedSnapshot {
  readonly ref: SnapshotRef;
  /** A HeadwaterError that names the manifest. */
  readonly error: unknown;
}

export interface SnapshotCatalogue {
  /** Ascending by id, and so in time. */
  readonly snapshots: readonly SnapshotSummary[];
  readonly damaged: readonly DamagedSnapshot[];
}
