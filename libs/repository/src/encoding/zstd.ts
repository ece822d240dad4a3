import { constants, zstdCompress, zstdDecompress, zstdDecompressSync, type ZstdOptions } from 'node:zlib';

const level = 3;
/** The largest buffer that is made before it is known to be needed: a length may come from a damaged object. */
const largestBuffer = 32 * 1024 * 1024;
/** The smallest output buffer that zlib takes. */
const smallestBuffer = 64;

/** One zstd frame. Runs on the thread pool. */
export function compress(raw: Uint8Array): Promise<Buffer> {
  const options = {
    params: { [constants.ZSTD_c_compressionLevel]: level },
    // Without it zstd prepares for endless input, which takes longer than compressing a block.
    pledgedSrcSize: raw.length,
    chunkSize: bufferFor(largestCompressed(raw.length)),
  };
  return new Promise((resolve, reject) => {
    zstdCompress(raw, options, (error, compressed) => {
      if (error === null) {
        resolve(compressed);
      } else {
        reject(error);
      }
    });
  });
}

/**
 * What the frames in `compressed` hold, one after the other. Runs on the thread pool; never holds more than `rawLength` bytes.
 *
 * @throws Error unless all of `compressed` is frames and they hold exactly `rawLength` bytes.
 */
export async function decompress(compressed: Uint8Array, rawLength: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  for (let at = 0; at < compressed.length;) {
    const frame = await decompressFrame(compressed.subarray(at), rawLength - length);
    if (frame.consumed === 0) {
      throw new Error('it is no zstd frame');
    }
    pieces.push(frame.raw);
    length += frame.raw.length;
    at += frame.consumed;
  }
  if (length !== rawLength) {
    throw new Error(`it holds ${length} bytes, not ${rawLength}`);
  }
  const [only, ...others] = pieces;
  return only !== undefined && others.length === 0 ? only : Buffer.concat(pieces);
}

/**
 * What the one frame in `compressed` holds, at once: for some 100 KiB the way to the thread pool and back takes longer than the
 * work.
 *
 * @throws Error unless all of `compressed` is one frame and it holds exactly `rawLength` bytes.
 */
export function decompressSmall(compressed: Uint8Array, rawLength: number): Buffer {
  const { raw, consumed } = frameOf(zstdDecompressSync(compressed, optionsFor(rawLength)));
  if (consumed !== compressed.length || raw.length !== rawLength) {
    throw new Error(`it holds ${raw.length} bytes in ${consumed}, not ${rawLength} in ${compressed.length}`);
  }
  return raw;
}

interface Frame {
  readonly raw: Buffer;
  readonly consumed: number;
}

/** zlib stops behind the first frame and tells how far it came. */
function decompressFrame(compressed: Uint8Array, rawLimit: number): Promise<Frame> {
  const options = optionsFor(rawLimit);
  return new Promise((resolve, reject) => {
    zstdDecompress(compressed, options, (error, result) => {
      if (error === null) {
        resolve(frameOf(result));
      } else {
        reject(error);
      }
    });
  });
}

function optionsFor(rawLimit: number): ZstdOptions {
  const size = bufferFor(rawLimit);
  return { info: true, chunkSize: size, maxOutputLength: Math.max(rawLimit, smallestBuffer) };
}

/** What zlib gives when it is asked for info, which its types do not know. */
function frameOf(result: unknown): Frame {
  const { buffer, engine } = result as { buffer: Buffer; engine: { bytesWritten: number } };
  return { raw: buffer, consumed: engine.bytesWritten };
}

/** Of incompressible input: the input, and a little for each block of it and for the frame. */
function largestCompressed(rawLength: number): number {
  return rawLength + (rawLength >>> 8) + 512;
}

/** One buffer for all of the output, of slices and parts too: pieces are copied together in the end, and make it slower. */
function bufferFor(length: number): number {
  return Math.min(Math.max(length, smallestBuffer), largestBuffer);
}
