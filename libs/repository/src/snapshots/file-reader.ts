import { messageOf } from '@headwater/errors';
import type { ObjectStore } from '@headwater/object-store';
import pLimit from 'p-limit';
import { inOrder } from '../encoding/ordered-work.js';
import { damaged, readObjectRange } from '../store/object-reading.js';
import { blockBytes, decodeBlock, proveBlock } from './block.js';
import { blocksPerMap, fileMapKey, readFileMap, type BlockRef } from './file-map.js';
import type { ManifestFile } from './manifest.js';
import { packKey } from './pack-writer.js';
import { rawLengthOf, readWindows, type PlannedBlock, type ReadWindow, type Span } from './read-window.js';

const mapBytes = blockBytes * blocksPerMap;
/** File maps read ahead, windows read at once, ranged reads of one window at once. */
const ahead = { maps: 2, windows: 3, reads: 8 };

/** A block of a data file, in its place. */
export interface FileBlock {
  /** In the file, in bytes. */
  readonly offset: number;
  readonly length: number;
  /** Null where the file has nothing but zeros. */
  readonly bytes: Buffer | null;
}

interface FetchedBlock extends PlannedBlock {
  readonly stored: Buffer | null;
}

/**
 * `each-block` by its sha256; `none` where the reader compares the whole with the sha256 of the file, which takes half the time:
 * one who finds it wrong learns from a second reading which object is damaged.
 */
export type BlockProof = 'each-block' | 'none';

/**
 * The blocks of a data file, in order. Holds about 50 MiB, whatever the size of the file.
 *
 * @throws repositoryErrors.damagedObject or missingObject, naming the key of the pack or file map.
 */
export async function* readFile(
  store: ObjectStore,
  folder: string,
  file: ManifestFile,
  proof: BlockProof,
): AsyncGenerator<FileBlock> {
  const fetched = inOrder(windowsOf(store, folder, file), ahead.windows, (window) =>
    fetch(store, folder, window),
  );
  for await (const window of fetched) {
    for (const block of window) yield decode(folder, block, proof);
  }
}

async function* windowsOf(
  store: ObjectStore,
  folder: string,
  file: ManifestFile,
): AsyncGenerator<ReadWindow> {
  let offset = 0;
  for await (const { mapId, blocks } of inOrder(file.fileMaps, ahead.maps, async (mapId) => ({
    mapId,
    blocks: (await readFileMap(store, folder, mapId)).blocks,
  }))) {
    const end = Math.min(offset + mapBytes, file.size);
    if (!fills(blocks, end - offset)) {
      throw damaged(fileMapKey(folder, mapId), `it does not fill bytes ${offset} to ${end} of ${file.path}`);
    }
    yield* readWindows(blocks, offset);
    offset = end;
  }
}

/** Whether the blocks have `length` bytes, and all but the last are of full length. */
function fills(blocks: readonly BlockRef[], length: number): boolean {
  const whole = blocks.slice(0, -1).every((block) => rawLengthOf(block) === blockBytes);
  return whole && blocks.reduce((sum, block) => sum + rawLengthOf(block), 0) === length;
}

async function fetch(store: ObjectStore, folder: string, window: ReadWindow): Promise<FetchedBlock[]> {
  const limit = pLimit(ahead.reads);
  const read = async (span: Span): Promise<[Span, Buffer]> => [
    span,
    await limit(() => readObjectRange(store, packKey(folder, span.pack), span.offset, span.length)),
  ];
  const spans = new Map(await Promise.all(window.spans.map(read)));
  return window.blocks.map((planned) => ({ ...planned, stored: storedBytesOf(planned, spans) }));
}

function storedBytesOf({ block, span }: PlannedBlock, spans: ReadonlyMap<Span, Buffer>): Buffer | null {
  if ('zero' in block || span === null) {
    return null;
  }
  const from = block.offset - span.offset;
  return spans.get(span)?.subarray(from, from + block.length) ?? null;
}

function decode(folder: string, { block, offset, stored }: FetchedBlock, proof: BlockProof): FileBlock {
  if ('zero' in block || stored === null) {
    return { offset, length: rawLengthOf(block), bytes: null };
  }
  try {
    const bytes = decodeBlock(stored, block.rawLength);
    if (proof === 'each-block') proveBlock(bytes, block.sha256);
    return { offset, length: block.rawLength, bytes };
  } catch (error) {
    throw damaged(packKey(folder, block.pack), `${messageOf(error)} (bytes ${block.offset} on)`, error);
  }
}
