import type { FileMap, StoredBlock } from './file-map.js';
import { blocksPerMap } from './file-map.js';

type BlocksByHash = ReadonlyMap<string, StoredBlock>;

/** The blocks that the parent snapshot has of the same file, looked up GiB by GiB: a block is found in the same GiB only. */
export class KnownBlocks {
  private readonly mapIds: readonly string[];
  private readonly read: (sha256: string) => Promise<FileMap>;
  private readonly loaded = new Map<number, Promise<BlocksByHash>>();

  /** @param mapIds the file maps of the parent's file, none when there is no such file. */
  constructor(mapIds: readonly string[], read: (sha256: string) => Promise<FileMap>) {
    this.mapIds = mapIds;
    this.read = read;
  }

  /** @param index of the block in the file; indexes come in ascending order. */
  async find(index: number, sha256: string): Promise<StoredBlock | undefined> {
    return (await this.load(Math.floor(index / blocksPerMap))).get(sha256);
  }

  /** Whether the parent has this very file map. */
  has(mapId: string): boolean {
    return this.mapIds.includes(mapId);
  }

  private load(map: number): Promise<BlocksByHash> {
    const known = this.loaded.get(map) ?? this.readBlocks(this.mapIds[map]);
    this.loaded.set(map, known);
    // Blocks of two neighbouring maps may be under way at once, never of three.
    this.loaded.delete(map - 2);
    return known;
  }

  private async readBlocks(mapId: string | undefined): Promise<BlocksByHash> {
    const blocks = mapId === undefined ? [] : (await this.read(mapId)).blocks;
    return new Map(blocks.filter((block) => 'sha256' in block).map((block) => [block.sha256, block]));
  }
}
