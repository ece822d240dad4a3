import { createHash } from 'node:crypto';
import { blockBytes } from './block.js';

export interface CutBlock {
  /** From 0. */
  readonly index: number;
  readonly raw: Buffer;
}

/** The content of one data file, cut into blocks as it comes. */
export class FileContent {
  /** Bytes so far. */
  size = 0;
  private readonly hash = createHash('sha256');

  /** All blocks are of full length but the last; pieces may have any length, and are copied. */
  async *blocks(pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<CutBlock> {
    let block = Buffer.allocUnsafeSlow(blockBytes);
    let filled = 0;
    for await (const piece of pieces) {
      for (let at = 0; at < piece.length;) {
        const some = piece.subarray(at, at + blockBytes - filled);
        block.set(some, filled);
        filled += some.length;
        at += some.length;
        if (filled === blockBytes) {
          yield this.cut(block);
          block = Buffer.allocUnsafeSlow(blockBytes);
          filled = 0;
        }
      }
    }
    if (filled > 0) {
      yield this.cut(block.subarray(0, filled));
    }
  }

  /** Of all blocks; to be asked for once, behind the last one. */
  sha256(): string {
    return this.hash.digest('hex');
  }

  private cut(raw: Buffer): CutBlock {
    const index = this.size / blockBytes;
    this.hash.update(raw);
    this.size += raw.length;
    return { index, raw };
  }
}
