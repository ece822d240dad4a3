import type { LogManifest } from './log-manifest.js';
import type { AnyManifest } from './manifest-reading.js';
import type { Manifest, SnapshotRef } from './manifest.js';

/** What the manifest of a block snapshot says, but for its files. */
export interface BlockSummary
  extends SnapshotRef, Omit<Manifest, 'format' | 'blockBytes' | 'files' | 'packs'> {}

/** What the manifest of a log snapshot says. Whether its base and its slices are there is asked when it is planned for. */
export interface LogSummary extends SnapshotRef, Omit<LogManifest, 'format'> {}

/** A good snapshot: one whose manifest reads. */
export type SnapshotSummary = BlockSummary | LogSummary;

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

export function summaryOf(ref: SnapshotRef, manifest: AnyManifest): SnapshotSummary {
  if (manifest.kind === 'log') {
    const { format: _format, ...summary } = manifest;
    return { ...summary, ...ref };
  }
  const { format: _format, blockBytes: _blockBytes, files: _files, packs: _packs, ...summary } = manifest;
  return { ...summary, ...ref };
}

/** Only they have data files. */
export function isBlock(snapshot: SnapshotSummary): snapshot is BlockSummary {
  return snapshot.kind === 'block';
}
