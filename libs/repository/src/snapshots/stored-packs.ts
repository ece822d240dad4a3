import type { ObjectStore } from '@headwater/object-store';
import type { StoredBlock } from './file-map.js';
import { packKey } from './pack-writer.js';

/** Which packs of earlier snapshots are there: a block is not used again because a file map remembers it. */
export class StoredPacks {
  private readonly store: ObjectStore;
  private readonly folder: string;
  private readonly sizes = new Map<string, Promise<number>>();

  constructor(store: ObjectStore, folder: string) {
    this.store = store;
    this.folder = folder;
  }

  /** True when the pack is long enough to hold the block. What it holds is proven when the block is read. */
  async holds({ pack, offset, length }: StoredBlock): Promise<boolean> {
    const size = this.sizes.get(pack) ?? this.sizeOf(pack);
    this.sizes.set(pack, size);
    return offset + length <= (await size);
  }

  private async sizeOf(pack: string): Promise<number> {
    return (await this.store.stat(packKey(this.folder, pack)))?.size ?? 0;
  }
}
