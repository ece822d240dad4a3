import { blocksPerMap } from './file-map.js';
import type { FileMapWriter, PendingBlock } from './file-map-writer.js';

/** Blocks of one file, collected into maps. */
export class FileMapper {
  private readonly writer: FileMapWriter;
  private readonly isStored: (sha256: string) => boolean;
  private readonly maps: Promise<string>[] = [];
  private blocks: PendingBlock[] = [];

  constructor(writer: FileMapWriter, isStored: (sha256: string) => boolean) {
    this.writer = writer;
    this.isStored = isStored;
  }

  add(block: PendingBlock): void {
    this.blocks.push(block);
    if (this.blocks.length === blocksPerMap) {
      this.endMap();
    }
  }

  /** The names of all maps, in order. */
  end(): readonly Promise<string>[] {
    if (this.blocks.length > 0) {
      this.endMap();
    }
    return this.maps;
  }

  private endMap(): void {
    this.maps.push(this.writer.write(this.blocks, this.isStored));
    this.blocks = [];
  }
}
