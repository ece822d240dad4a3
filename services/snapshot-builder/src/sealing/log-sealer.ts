import type { Clock } from '@headwater/clock';
import { positionsEqual } from '@headwater/oplog';
import type { OplogTimestamp, Position } from '@headwater/oplog';
import type {
  BlockSummary,
  LogManifest,
  RangeMeasure,
  ReplicaSetRepository,
  SnapshotSummary,
} from '@headwater/repository';
import { nameOf } from './snapshot-name.js';

/** The oplog from a block snapshot to the largest archived entry that is not above a moment. */
export interface OplogSinceBlock extends RangeMeasure {
  readonly base: BlockSummary;
}

/** Makes log snapshots: no head is needed for them, and no data file is read. */
export class LogSealer {
  constructor(
    private readonly archive: ReplicaSetRepository,
    private readonly clock: Clock,
  ) {}

  /**
   * Counts from the newest log snapshot on that base, which says what lies before it, so that each slice is looked at once. By
   * their names the slices have to be there all the way from the base.
   *
   * @returns null when nothing was archived since `newest`
   * @throws repositoryErrors of the range: a log snapshot is never made over a hole
   */
  async measure(
    base: BlockSummary,
    newest: SnapshotSummary,
    to: OplogTimestamp,
  ): Promise<OplogSinceBlock | null> {
    const known = startOf(base, newest);
    const added = await this.archive.oplog.measure(base.chain, known.top, to, base.position.ts);
    return positionsEqual(added.top, newest.position)
      ? null
      : {
          base,
          top: added.top,
          entries: known.entries + added.entries,
          rawBytes: known.rawBytes + added.rawBytes,
        };
  }

  async seal({ base, top: position, entries, rawBytes }: OplogSinceBlock): Promise<LogManifest> {
    const { chain, replicaSetId, serverVersion, fcv, sizeBytes } = base;
    return this.archive.snapshots.writeLog({
      id: nameOf('log', chain, position),
      ...{ chain, position, replicaSetId, serverVersion, fcv, sizeBytes },
      base: { snapshotId: base.id, position: base.position },
      oplog: { entries, rawBytes },
      createdAt: this.clock.now().toISOString(),
    });
  }
}

function startOf(base: BlockSummary, newest: SnapshotSummary): RangeMeasure {
  const isOnBase = newest.kind === 'log' && newest.base.snapshotId === base.id;
  return isOnBase
    ? { top: newest.position, ...newest.oplog }
    : { top: base.position satisfies Position, entries: 0, rawBytes: 0 };
}
