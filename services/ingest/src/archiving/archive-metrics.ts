import type { Metrics } from '@headwater/service-kit';
import type { OpenSlice } from './open-slice.js';

interface ReplicaSetName {
  readonly deployment: string;
  readonly name: string;
}

/** What ingest counts. */
export class ArchiveMetrics {
  private readonly entries;
  private readonly bytes;
  private readonly slices;
  private readonly parts;
  private readonly archivedTo;

  constructor(metrics: Metrics) {
    const labels = ['deployment', 'replicaSet'] as const;
    this.entries = metrics.counter({
      name: 'headwater_archived_entries_total',
      help: 'Oplog entries in the store.',
      labels,
    });
    this.bytes = metrics.counter({
      name: 'headwater_archived_bytes_total',
      help: 'Bytes of oplog entries in the store, before compression.',
      labels,
    });
    this.slices = metrics.counter({
      name: 'headwater_archived_slices_total',
      help: 'Slices in the store.',
      labels,
    });
    this.parts = metrics.counter({
      name: 'headwater_archived_parts_total',
      help: 'Parts of initial syncs in the store.',
      labels,
    });
    this.archivedTo = metrics.gauge({
      name: 'headwater_archived_to_seconds',
      help: 'Timestamp of the newest archived entry, seconds since 1970.',
      labels,
    });
  }

  sliceArchived(replicaSet: ReplicaSetName, slice: OpenSlice): void {
    const labels = labelsOf(replicaSet);
    this.slices.inc(labels);
    this.entries.inc(labels, slice.entries.length);
    this.bytes.inc(labels, slice.bytes);
    this.archivedTo.set(labels, slice.range.to.ts.t);
  }

  partArchived(replicaSet: ReplicaSetName): void {
    this.parts.inc(labelsOf(replicaSet));
  }

  /** Another ingest goes on with it: how far it is archived is no longer known here. */
  released(replicaSet: ReplicaSetName): void {
    this.archivedTo.remove(labelsOf(replicaSet));
  }
}

function labelsOf({ deployment, name }: ReplicaSetName) {
  return { deployment, replicaSet: name };
}
