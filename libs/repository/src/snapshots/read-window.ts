import type { BlockRef, StoredBlock } from './file-map.js';

/** A window is closed once it has this many stored bytes to read, or that many blocks. */
const windowBytes = 8 * 1024 * 1024;
const windowBlocks = 1024;
/** Bytes between two blocks that are read along, to save a request. */
const largestGapBytes = 256 * 1024;
const freeWasteBytes = 64 * 1024;

/** A range of one pack, read at once. */
export interface Span {
  readonly pack: string;
  readonly offset: number;
  readonly length: number;
}

export interface PlannedBlock {
  readonly block: BlockRef;
  /** Where the block begins in the file, in bytes. */
  readonly offset: number;
  /** The span that it lies in; null for zeros. */
  readonly span: Span | null;
}

/**
 * Neighbouring blocks of a file that are read together. Their spans have few and large reads even where the blocks of several
 * generations of packs alternate; at most half of a span, and 64 KiB, is read in vain.
 */
export interface ReadWindow {
  readonly blocks: readonly PlannedBlock[];
  readonly spans: readonly Span[];
}

/** @param offset of the first block in the file. */
export function* readWindows(blocks: readonly BlockRef[], offset: number): Generator<ReadWindow> {
  let window: { block: BlockRef; offset: number }[] = [];
  let stored = 0;
  let at = offset;
  for (const block of blocks) {
    window.push({ block, offset: at });
    at += rawLengthOf(block);
    stored += 'zero' in block ? 0 : block.length;
    if (stored >= windowBytes || window.length >= windowBlocks) {
      yield planned(window);
      window = [];
      stored = 0;
    }
  }
  if (window.length > 0) {
    yield planned(window);
  }
}

export function rawLengthOf(block: BlockRef): number {
  return 'zero' in block ? block.length : block.rawLength;
}

function planned(window: readonly { block: BlockRef; offset: number }[]): ReadWindow {
  const spanOf = new Map<BlockRef, Span>();
  for (const group of groupsOf(window.map(({ block }) => block).filter(isStored))) {
    for (const block of group.blocks) {
      spanOf.set(block, group);
    }
  }
  const blocks = window.map(({ block, offset }) => ({ block, offset, span: spanOf.get(block) ?? null }));
  return { blocks, spans: [...new Set(spanOf.values())] };
}

/** A span as it grows. */
interface Group {
  readonly pack: string;
  readonly offset: number;
  length: number;
  /** Bytes of its blocks. */
  used: number;
  readonly blocks: StoredBlock[];
}

function groupsOf(blocks: readonly StoredBlock[]): Group[] {
  const groups: Group[] = [];
  for (const block of blocks.toSorted(byPlace)) {
    const last = groups.at(-1);
    const group = last !== undefined && isNear(last, block) ? last : begin(block);
    group.length = Math.max(group.length, block.offset + block.length - group.offset);
    group.used += block.length;
    group.blocks.push(block);
    if (group !== last) {
      groups.push(group);
    }
  }
  return groups;
}

function begin({ pack, offset }: StoredBlock): Group {
  return { pack, offset, length: 0, used: 0, blocks: [] };
}

function isNear(group: Group, { pack, offset, length }: StoredBlock): boolean {
  const gap = offset - group.offset - group.length;
  const waste = offset - group.offset - group.used;
  return (
    pack === group.pack && gap <= largestGapBytes && waste <= Math.max(freeWasteBytes, group.used + length)
  );
}

function byPlace(a: StoredBlock, b: StoredBlock): number {
  return a.pack === b.pack ? a.offset - b.offset : a.pack < b.pack ? -1 : 1;
}

function isStored(block: BlockRef): block is StoredBlock {
  return !('zero' in block);
}
