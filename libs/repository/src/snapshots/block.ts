import { messageOf } from '@headwater/errors';
import { sha256Of } from '../encoding/sha256.js';
import { compress, decompressSmall } from '../encoding/zstd.js';

/**
 * Data files are cut into aligned blocks of this many bytes; the last one of a file may be shorter. Aligned, since the
 * storage engine never moves unchanged pages.
 */
export const blockBytes = 128 * 1024;

/** A block as it lies in a pack: a frame header of 8 bytes, then the stored bytes. */
const frameHeaderBytes = 8;
const frameFormat = 1;
const codecs = { raw: 0, zstd: 1 } as const;
const zeros = Buffer.alloc(blockBytes);

export function isZero(block: Buffer): boolean {
  return block.equals(zeros.subarray(0, block.length));
}

/** The frame of a block: compressed, or raw where that is not smaller. */
export async function encodeBlock(raw: Buffer): Promise<Buffer> {
  const compressed = await compress(raw);
  return compressed.length < raw.length
    ? frame(codecs.zstd, raw.length, compressed)
    : frame(codecs.raw, raw.length, raw);
}

/** @throws Error that says what is wrong, unless it is the block with this sha256. */
export function proveBlock(raw: Buffer, sha256: string): void {
  if (sha256Of(raw) !== sha256) {
    throw new Error('a block does not have its sha256');
  }
}

/**
 * The block in a frame, not proven.
 *
 * @throws Error that says what is wrong, unless it is a frame of this many bytes.
 */
export function decodeBlock(stored: Buffer, rawLength: number): Buffer {
  if (
    stored.length < frameHeaderBytes ||
    stored.readUInt8(0) !== frameFormat ||
    stored.readUInt16LE(2) !== 0
  ) {
    throw new Error('a block has no frame of a known format');
  }
  if (stored.readUInt32LE(4) !== rawLength) {
    throw new Error('a block does not have its length');
  }
  const content = stored.subarray(frameHeaderBytes);
  switch (stored.readUInt8(1)) {
    case codecs.raw:
      return content;
    case codecs.zstd:
      return decompressed(content, rawLength);
    default:
      throw new Error('a block has an unknown codec');
  }
}

function decompressed(content: Buffer, rawLength: number): Buffer {
  try {
    return decompressSmall(content, rawLength);
  } catch (error) {
    throw new Error(`a block cannot be decompressed, ${messageOf(error)}`, { cause: error });
  }
}

function frame(codec: number, rawLength: number, content: Buffer): Buffer {
  const header = Buffer.alloc(frameHeaderBytes);
  header.writeUInt8(frameFormat, 0);
  header.writeUInt8(codec, 1);
  header.writeUInt32LE(rawLength, 4);
  return Buffer.concat([header, content]);
}
