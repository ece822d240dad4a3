import type { Manifest, ReplicaSetRepository, RestoreBase, SyncComplete } from '@headwater/repository';
import { repositoryErrors } from '@headwater/repository';

/** What data files are made of: everything of it was seen in the store. */
export type BaseContents =
  | { readonly kind: 'block'; readonly manifest: Manifest }
  | { readonly kind: 'initial-sync'; readonly complete: SyncComplete };

/** Names a base among those of its replica set. */
export type BaseName = Pick<RestoreBase, 'kind' | 'id'>;

/** @throws repositoryErrors.missingObject, damagedObject, naming the object */
export async function readBase(archive: ReplicaSetRepository, { kind, id }: BaseName): Promise<BaseContents> {
  if (kind === 'block') return { kind, manifest: await archive.snapshots.read(id) };
  const complete = await archive.sync(id).complete();
  if (complete === null) {
    throw repositoryErrors.missingObject(`the initial sync ${id} is not in the store, or not whole`);
  }
  return { kind, complete };
}

/**
 * A base of which every object is there.
 *
 * @throws repositoryErrors.missingObject, damagedObject, naming the object that it lacks
 */
export async function readWholeBase(archive: ReplicaSetRepository, name: BaseName): Promise<BaseContents> {
  const base = await readBase(archive, name);
  const key = await missingObjectOf(archive, base);
  if (key !== null) {
    throw repositoryErrors.missingObject(`${key} is missing from the store`, { details: { key } });
  }
  return base;
}

/** Of the server that it was taken from: `6.0.5`. */
export function serverVersionOf(base: BaseContents): string {
  return base.kind === 'block' ? base.manifest.serverVersion : base.complete.serverVersion;
}

/** What is read of it: bytes of data files, or of documents. */
export function bytesOf(base: BaseContents): number {
  return base.kind === 'block' ? base.manifest.sizeBytes : base.complete.bytes;
}

/** Bytes of the data files that it makes. Of an initial sync nobody knows before; its indexes are made anew. */
export function fileBytesOf(base: BaseContents): number {
  return base.kind === 'block' ? base.manifest.sizeBytes : 2 * base.complete.bytes;
}

/** The pieces whose hashes are compared with the recorded ones: data files, or parts. */
export function piecesOf(base: BaseContents): number {
  return base.kind === 'block' ? base.manifest.files.length : base.complete.parts.length;
}

async function missingObjectOf(archive: ReplicaSetRepository, base: BaseContents): Promise<string | null> {
  if (base.kind === 'block') {
    return (await archive.snapshots.missingObjects(base.manifest, 1))[0] ?? null;
  }
  return archive.sync(base.complete.syncId).missingPart(base.complete);
}
