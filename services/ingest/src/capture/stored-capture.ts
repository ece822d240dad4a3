import { compareTimestamps } from '@headwater/oplog';
import type { ReplicaSetRepository } from '@headwater/repository';
import type { StoredCapture } from './derive-capture.js';

/** Reads what the store has of the newest epoch; null when no epoch was ever given. */
export async function readStoredCapture(archive: ReplicaSetRepository): Promise<StoredCapture | null> {
  const epoch = await archive.epochs.newest();
  if (epoch === null) {
    return null;
  }
  const sync = epoch.syncId === null ? null : await readSync(archive, epoch.syncId);
  const chainId = epoch.chain ?? sync?.begun?.chain ?? null;
  const chain = chainId === null ? null : await readChain(archive, chainId, sync?.complete === true);
  return { epoch, sync, chain };
}

async function readSync(
  archive: ReplicaSetRepository,
  syncId: string,
): Promise<NonNullable<StoredCapture['sync']>> {
  const sync = archive.sync(syncId);
  return {
    begun: await sync.begun(),
    archivedPart: await sync.archivedParts(),
    complete: (await sync.complete()) !== null,
  };
}

async function readChain(
  archive: ReplicaSetRepository,
  id: string,
  hasSync: boolean,
): Promise<NonNullable<StoredCapture['chain']>> {
  const listing = await archive.oplog.chain(id);
  const last = listing.slices.reduce<(typeof listing.slices)[number] | null>(
    (newest, slice) => (newest === null || compareTimestamps(slice.to, newest.to) > 0 ? slice : newest),
    null,
  );
  const { snapshots } = await archive.snapshots.catalogue();
  return {
    id,
    lastSliceTo: last === null ? null : (await archive.oplog.sliceHeader(last)).range.to,
    ended: listing.ends.length > 0,
    hasBase: hasSync || snapshots.some((snapshot) => snapshot.chain === id),
  };
}
