import type { ObjectStore } from '@headwater/object-store';
import { canonicalJson } from '../encoding/canonical-json.js';
import { inOrder } from '../encoding/ordered-work.js';
import { sha256Of } from '../encoding/sha256.js';
import { repositoryErrors } from '../repository-errors.js';
import { createDocument, readDocument } from '../store/document.js';
import { blockBytes, encodeBlock, isZero } from './block.js';
import { FileContent, type CutBlock } from './file-content.js';
import { FileMapWriter, type PendingBlock } from './file-map-writer.js';
import { readFileMap } from './file-map.js';
import { FileMapper } from './file-mapper.js';
import { KnownBlocks } from './known-blocks.js';
import { manifestKey, manifestSchema, type Manifest, type ManifestFile } from './manifest.js';
import { PackWriter } from './pack-writer.js';
import { StoredPacks } from './stored-packs.js';

/** Blocks hashed and compressed at once: enough to keep the thread pool busy. */
const blocksAtOnce = 8;

/** A data file to be sealed. */
export type NewFile = Pick<ManifestFile, 'path' | 'size' | 'mode'>;

/** Where snapshots of a replica set lie. */
export interface SnapshotPlace {
  readonly deployment: string;
  readonly replicaSet: string;
  /** Key prefix of the replica set, ending in '/'. */
  readonly folder: string;
}

/** What only the sealer knows of its snapshot. */
export type SnapshotSeal = Pick<
  Manifest,
  'id' | 'replicaSetId' | 'chain' | 'position' | 'serverVersion' | 'fcv' | 'createdAt'
>;

interface SealedFile extends NewFile {
  readonly sha256: string;
  readonly fileMaps: readonly Promise<string>[];
}

type PreparedBlock =
  PendingBlock | { readonly sha256: string; readonly rawLength: number; readonly frame: Buffer };

/**
 * Makes one snapshot, in the only order that is safe: a file map is stored when all packs that it names are durable, the
 * manifest when all file maps are. A writer that is dropped or killed at any moment leaves no snapshot behind.
 *
 * Files added one after the other give the same packs for the same contents: trying again stores nothing twice.
 */
export class SnapshotWriter {
  private readonly store: ObjectStore;
  private readonly place: SnapshotPlace;
  private readonly parent: Manifest | null;
  private readonly packs: PackWriter;
  private readonly maps: FileMapWriter;
  /** Null while a file is being added, and for good when that failed. */
  private readonly files = new Map<string, SealedFile | null>();
  private readonly storedPacks: StoredPacks;
  private finished = false;

  /** @param parent an earlier snapshot of the same head, whose blocks are used again. */
  constructor(store: ObjectStore, place: SnapshotPlace, parent: Manifest | null) {
    this.store = store;
    this.place = place;
    this.parent = parent;
    this.packs = new PackWriter(store, place.folder);
    this.maps = new FileMapWriter(store, place.folder);
    this.storedPacks = new StoredPacks(store, place.folder);
  }

  /**
   * Stores what the parent does not have of a file's blocks.
   *
   * @param content pieces of any length, from the beginning of the file to its end.
   * @throws repositoryErrors.changedFile unless the content has exactly the size.
   */
  async addFile(file: NewFile, content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> {
    if (this.finished || this.files.has(file.path)) {
      throw repositoryErrors.misusedWriter(`${file.path} comes twice or too late`, {
        details: { path: file.path },
      });
    }
    this.files.set(file.path, null);
    const whole = new FileContent();
    const known = this.knownBlocks(file.path);
    const mapper = new FileMapper(this.maps, (mapId) => known.has(mapId));
    for await (const block of inOrder(whole.blocks(content), blocksAtOnce, (cut) => prepare(cut, known))) {
      await this.packs.room();
      mapper.add('frame' in block ? this.pack(block) : block);
    }
    if (whole.size !== file.size) {
      const message = `${file.path} was said to have ${file.size} bytes and has ${whole.size}`;
      throw repositoryErrors.changedFile(message, { details: { path: file.path } });
    }
    this.files.set(file.path, { ...file, sha256: whole.sha256(), fileMaps: mapper.end() });
  }

  /**
   * Stores what is still on its way, then the manifest. The same seal of the same files may be finished again.
   *
   * @throws repositoryErrors.misusedWriter unless every file was added to its end; repositoryErrors.conflictingObject when
   * there is another snapshot of this id.
   */
  async finish(seal: SnapshotSeal): Promise<Manifest> {
    if (this.finished) {
      throw repositoryErrors.misusedWriter(`snapshot ${seal.id} is finished twice`);
    }
    this.finished = true;
    const files = this.sealedFiles();
    this.packs.seal();
    const stored = await Promise.all(
      files.map(async (file) => ({ ...file, fileMaps: await Promise.all(file.fileMaps) })),
    );
    return this.storeManifest({
      format: 1,
      kind: 'block',
      blockBytes,
      id: seal.id,
      deployment: this.place.deployment,
      replicaSet: this.place.replicaSet,
      replicaSetId: seal.replicaSetId,
      chain: seal.chain,
      position: seal.position,
      serverVersion: seal.serverVersion,
      fcv: seal.fcv,
      createdAt: seal.createdAt,
      files: stored,
      packs: [...this.maps.packs].sort(),
      sizeBytes: files.reduce((sum, { size }) => sum + size, 0),
      storedBytes: this.packs.storedBytes + this.maps.storedBytes,
      parent: this.parent?.id ?? null,
    });
  }

  private sealedFiles(): SealedFile[] {
    return [...this.files]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([path, file]) => {
        if (file === null) {
          throw repositoryErrors.misusedWriter(`${path} was not added to its end`, { details: { path } });
        }
        return file;
      });
  }

  private async storeManifest(manifest: Manifest): Promise<Manifest> {
    const key = manifestKey(this.place.folder, manifest.id);
    if ((await createDocument(this.store, key, manifestSchema, manifest)) === 'created') {
      return manifest;
    }
    const there = await readDocument(this.store, key, manifestSchema);
    if (there === null || contentsOf(there) !== contentsOf(manifest)) {
      throw repositoryErrors.conflictingObject(`${key} is another snapshot`, { details: { key } });
    }
    return there;
  }

  private knownBlocks(path: string): KnownBlocks {
    const maps = this.parent?.files.find((file) => file.path === path)?.fileMaps ?? [];
    return new KnownBlocks(
      maps,
      (mapId) => readFileMap(this.store, this.place.folder, mapId),
      this.storedPacks,
    );
  }

  private pack({
    sha256,
    rawLength,
    frame,
  }: {
    sha256: string;
    rawLength: number;
    frame: Buffer;
  }): PendingBlock {
    return { sha256, rawLength, slot: this.packs.append(frame) };
  }
}

async function prepare({ index, raw }: CutBlock, known: KnownBlocks): Promise<PreparedBlock> {
  if (isZero(raw)) {
    return { zero: true, length: raw.length };
  }
  const sha256 = sha256Of(raw);
  return (
    (await known.find(index, sha256)) ?? { sha256, rawLength: raw.length, frame: await encodeBlock(raw) }
  );
}

/** What two manifests of one sealing have in common, whichever try stored the packs. */
function contentsOf({ chain, position, files }: Manifest): string {
  return canonicalJson({ chain, position, files });
}
