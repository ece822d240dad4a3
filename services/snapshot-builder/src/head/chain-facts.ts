import { compareTimestamps } from '@headwater/oplog';
import { isBlock } from '@headwater/repository';
import type { BlockSummary, ReplicaSetRepository, SyncComplete } from '@headwater/repository';

/** What the store has of one chain that a head can be made of, or was sealed to. */
export interface ChainFacts {
  readonly chain: string;
  /** Null while the initial sync is not complete. */
  readonly sync: SyncComplete | null;
  /** Null while nothing is sealed. */
  readonly newest: BlockSummary | null;
}

/** Reads them from the listing. What is found never changes, but for a newer snapshot, which only the builder makes. */
export async function readChainFacts(archive: ReplicaSetRepository, chain: string): Promise<ChainFacts> {
  return { chain, sync: await finishedSync(archive, chain), newest: await newestSnapshot(archive, chain) };
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

async function newestSnapshot(archive: ReplicaSetRepository, chain: string): Promise<BlockSummary | null> {
  const { snapshots } = await archive.snapshots.catalogue();
  const own = snapshots.filter(isBlock).filter((snapshot) => snapshot.chain === chain);
  return own.sort((a, b) => compareTimestamps(a.position.ts, b.position.ts)).at(-1) ?? null;
}
