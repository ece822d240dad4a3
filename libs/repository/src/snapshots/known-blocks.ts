import type { FileMap, StoredBlock } from './file-map.js';
import { blocksPerMap } from './file-map.js';
import type { StoredPacks } from './stored-packs.js';

type BlocksByHash = ReadonlyMap<string, StoredBlock>;

/** The blocks that the parent snapshot has of the same file, looked up GiB by GiB: a block is found in the same GiB only. */
export class KnownBlocks {
  private readonly mapIds: readonly string[];
  private readonly read: (sha256: string) => Promise<FileMap>;
  private readonly packs: Pick<StoredPacks, 'holds'>;
  private readonly present = new Set<string>();
  private readonly loaded = new Map<number, Promise<BlocksByHash>>();

  /** @param mapIds the file maps of the parent's file, none when there is no such file. */
  constructor(
    mapIds: readonly string[],
    read: (sha256: string) => Promise<FileMap>,
    packs: Pick<StoredPacks, 'holds'>,
  ) {
    this.mapIds = mapIds;
    this.read = read;
    this.packs = packs;
  }

  /** @param index of the block in the file; indexes come in ascending order. */
  async find(index: number, sha256: string): Promise<StoredBlock | undefined> {
    const block = (await this.load(Math.floor(index / blocksPerMap))).get(sha256);
    return block !== undefined && (await this.packs.holds(block)) ? block : undefined;
  }

  /** Whether this very file map is there: one of the parent's, that was read. */
  has(mapId: string): boolean {
    return this.present.has(mapId);
  }

  private load(map: number): Promise<BlocksByHash> {
    const known = this.loaded.get(map) ?? this.readBlocks(this.mapIds[map]);
    this.loaded.set(map, known);
    // Blocks of two neighbouring maps may be under way at once, never of three.
    [...this.loaded.keys()].filter((old) => old < map - 1).forEach((old) => this.loaded.delete(old));
    return known;
  }

  private async readBlocks(mapId: string | undefined): Promise<BlocksByHash> {
    if (mapId === undefined) {
      return new Map();
    }
    const { blocks } = await this.read(mapId);
    this.present.add(mapId);
    return new Map(blocks.filter((block) => 'sha256' in block).map((block) => [block.sha256, block]));
  }
}
