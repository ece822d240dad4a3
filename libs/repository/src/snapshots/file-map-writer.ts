import type { ObjectStore } from '@headwater/object-store';
import pLimit from 'p-limit';
import { encodeFileMap, fileMapKey, readFileMap, type BlockRef } from './file-map.js';
import type { PackSlot } from './pack-writer.js';

const uploadsAtOnce = 8;

/** A block of which only the id of its pack is missing. */
export interface SlottedBlock {
  readonly sha256: string;
  readonly rawLength: number;
  readonly slot: PackSlot;
}

export type PendingBlock = BlockRef | SlottedBlock;

/** Stores file maps, each as soon as every pack that it names is durable, and not before. */
export class FileMapWriter {
  /** Bytes of the maps that were not there before. */
  storedBytes = 0;
  /** Ids of all packs that the maps name. */
  readonly packs = new Set<string>();
  private readonly store: ObjectStore;
  private readonly folder: string;
  private readonly limit = pLimit(uploadsAtOnce);

  constructor(store: ObjectStore, folder: string) {
    this.store = store;
    this.folder = folder;
  }

  /**
   * The map of these blocks, on its way.
   *
   * @param isStored maps that are known to be there are not sent.
   * @returns its name; resolves when the map is durable.
   */
  write(blocks: readonly PendingBlock[], isStored: (sha256: string) => boolean): Promise<string> {
    const writing = this.storeWhenPlaced(blocks, isStored);
    // A failure is seen by whoever finishes the snapshot; that may be much later.
    writing.catch(() => undefined);
    return writing;
  }

  private async storeWhenPlaced(
    blocks: readonly PendingBlock[],
    isStored: (sha256: string) => boolean,
  ): Promise<string> {
    const placed = await Promise.all(blocks.map(place));
    return this.limit(async () => {
      const { sha256, bytes } = await encodeFileMap(placed);
      if (!isStored(sha256)) {
        await this.storeMap(sha256, bytes);
      }
      for (const block of placed) {
        if ('pack' in block) {
          this.packs.add(block.pack);
        }
      }
      return sha256;
    });
  }

  /** One that is there already must be readable: a snapshot of it would not be, and nobody would be told. */
  private async storeMap(sha256: string, bytes: Buffer): Promise<void> {
    if ((await this.store.create(fileMapKey(this.folder, sha256), bytes)) === 'created') {
      this.storedBytes += bytes.length;
    } else {
      await readFileMap(this.store, this.folder, sha256);
    }
  }
}

/** Waits until the block's pack is durable. */
async function place(block: PendingBlock): Promise<BlockRef> {
  if (!('slot' in block)) {
    return block;
  }
  const { sha256, rawLength, slot } = block;
  return { sha256, rawLength, pack: await slot.pack, offset: slot.offset, length: slot.length };
}
