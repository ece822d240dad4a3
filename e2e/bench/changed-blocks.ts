import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { crc32 } from 'node:zlib';

/** The unit in which WiredTiger writes data files. */
const blockBytes = 4096;
/** Written anew at every start, and of no matter: zeros in the main. */
const isJournal = (path: string): boolean => path.startsWith('journal/');
const isData = (path: string): boolean =>
  /(^|\/)(WiredTiger|sizeStorer|_mdb_catalog|storage)|\.wt$/.test(path);

/** The blocks of all data files of a stopped mongod, by their checksums. */
export type BlockSums = ReadonlyMap<string, Uint32Array>;

export async function blockSums(directory: string): Promise<BlockSums> {
  const sums = new Map<string, Uint32Array>();
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    const path = relative(directory, join(entry.parentPath, entry.name));
    if (entry.isFile() && isData(path) && !isJournal(path))
      sums.set(path, await sumsOf(join(directory, path)));
  }
  return sums;
}

/** Bytes of the blocks that are new or have another content. */
export function changedBytes(before: BlockSums, after: BlockSums): number {
  let changed = 0;
  for (const [path, sums] of after) {
    const old = before.get(path);
    changed += sums.filter((sum, n) => old?.[n] !== sum).length;
  }
  return changed * blockBytes;
}

async function sumsOf(file: string): Promise<Uint32Array> {
  const sums: number[] = [];
  // A multiple of the block: every piece of a local file but the last is of full length.
  for await (const piece of createReadStream(file, {
    highWaterMark: 256 * blockBytes,
  }) as AsyncIterable<Buffer>) {
    for (let at = 0; at < piece.length; at += blockBytes)
      sums.push(crc32(piece.subarray(at, at + blockBytes)));
  }
  return Uint32Array.from(sums);
}
