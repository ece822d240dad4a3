import { compareTimestamps, timestampsEqual } from '@headwater/oplog';
import type { OplogTimestamp, Position } from '@headwater/oplog';
import { isBlock } from '@headwater/repository';
import type {
  BlockSummary,
  ReplicaSetRepository,
  SnapshotSummary,
  SyncComplete,
} from '@headwater/repository';

/** What the store has of one chain that a head can be made of, or was sealed to. */
export class ChainFacts {
  constructor(
    readonly chain: string,
    /** Null while the initial sync is not complete. */
    readonly sync: SyncComplete | null,
    /** The good ones, ascending in time. */
    readonly snapshots: readonly SnapshotSummary[],
    /** Where there are snapshots whose manifests do not read: whose chain and what kind they are is not known. */
    private readonly damagedAt: readonly OplogTimestamp[],
  ) {}

  /** Reads them from the listing. What is found never changes, but for newer snapshots, which only the builder makes. */
  static async read(archive: ReplicaSetRepository, chain: string): Promise<ChainFacts> {
    const { snapshots, damaged } = await archive.snapshots.catalogue();
    const own = snapshots
      .filter((snapshot) => snapshot.chain === chain)
      .sort((a, b) => compareTimestamps(a.position.ts, b.position.ts));
    const damagedAt = damaged.map(({ ref }) => ref.ts);
    return new ChainFacts(chain, await finishedSync(archive, chain), own, damagedAt);
  }

  with(snapshot: SnapshotSummary): ChainFacts {
    return new ChainFacts(this.chain, this.sync, [...this.snapshots, snapshot], this.damagedAt);
  }

  /** There is something that a head can be made of. */
  get isBased(): boolean {
    return this.sync !== null || this.snapshots.length > 0;
  }

  /** Of whatever kind. */
  get newest(): SnapshotSummary | null {
    return this.snapshots.at(-1) ?? null;
  }

  /** Block snapshots but those of these ids, ascending in time. */
  basesWithout(damaged: ReadonlySet<string>): readonly BlockSummary[] {
    return this.snapshots.filter(isBlock).filter(({ id }) => !damaged.has(id));
  }

  /** Damaged or not: at a moment that has one, none can be sealed. */
  hasBlockAt({ ts }: Position): boolean {
    const blocks = this.snapshots.filter(isBlock).map(({ position }) => position.ts);
    return [...blocks, ...this.damagedAt].some((there) => timestampsEqual(there, ts));
  }

  /** A head on a chain was made of its initial sync, or of a snapshot of it. */
  get origin(): Pick<SyncComplete, 'replicaSetId' | 'serverVersion' | 'fcv'> {
    const origin = this.sync ?? this.newest;
    if (origin === null) {
      throw new Error(`chain ${this.chain} has nothing that its head can have been made of`);
    }
    return origin;
  }
}

async function finishedSync(archive: ReplicaSetRepository, chain: string): Promise<SyncComplete | null> {
  for (const id of (await archive.syncs()).reverse()) {
    const complete = await archive.sync(id).complete();
    if (complete?.chain === chain) {
      return complete;
    }
  }
  return null;
}
