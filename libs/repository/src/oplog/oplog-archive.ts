import type { ObjectStore } from '@headwater/object-store';
import { formatTimestamp, minTimestamp } from '@headwater/oplog';
import type { OplogTimestamp, Position, PositionRange, RawEntry } from '@headwater/oplog';
import { inOrder } from '../encoding/ordered-work.js';
import { repositoryErrors } from '../repository-errors.js';
import { childNames } from '../store/child-names.js';
import { createDocument, readDocument } from '../store/document.js';
import { readHeaderBytes } from '../store/framed-object.js';
import { readObject } from '../store/object-reading.js';
import { createObject } from '../store/object-writing.js';
import { forkName, forkSchema, gapName, gapSchema, type Fork, type Gap } from './chain-end.js';
import { readChainListings, type ChainListing } from './chain-listing.js';
import { coverOf } from './cover.js';
import { measureCover, type RangeMeasure } from './range-measure.js';
import { SliceJoin } from './slice-join.js';
import {
  encodeSlice,
  openSlice,
  openSliceHeader,
  type Slice,
  type SliceHeader,
  type SliceRef,
} from './slice.js';
import { SpareSlices } from './spare-slices.js';

/** Slices read ahead of the one that is handed out. */
const readAhead = 2;

/** The archived oplog of one replica set: oplog/<chain>/… */
export class OplogArchive {
  private readonly store: ObjectStore;
  private readonly folder: string;

  constructor(store: ObjectStore, folder: string) {
    this.store = store;
    this.folder = folder;
  }

  /** Chain ids, ascending: in time order. */
  async chains(): Promise<string[]> {
    return childNames(this.store, this.folder);
  }

  /** All chains in one listing, ascending. */
  async chainListings(): Promise<ChainListing[]> {
    return readChainListings(this.folder, this.store.list(this.folder));
  }

  /** An unknown chain is an empty one. */
  async chain(chain: string): Promise<ChainListing> {
    const [listing] = await readChainListings(this.folder, this.store.list(`${this.folder}${chain}/`));
    return listing ?? { chain, slices: [], ends: [] };
  }

  /**
   * Create-only: the same entries of the same range give the same object.
   *
   * @throws repositoryErrors.invalidSlice unless the entries ascend, begin above range.from and end at range.to.
   */
  async writeSlice(chain: string, range: PositionRange, entries: readonly Buffer[]): Promise<SliceRef> {
    const { name, hash, bytes } = await encodeSlice(chain, range, entries);
    const key = `${this.folder}${chain}/${name}`;
    const { size } = await createObject(this.store, key, bytes);
    return { key, chain, from: range.from.ts, to: range.to.ts, hash, size };
  }

  /** Positions and counts without the entries, by a ranged read. */
  async sliceHeader(ref: SliceRef): Promise<SliceHeader> {
    return openSliceHeader(ref, await readHeaderBytes(this.store, ref.key, ref.size));
  }

  /** @throws repositoryErrors.damagedObject or missingObject, naming the key. */
  async readSlice(ref: SliceRef): Promise<Slice> {
    return openSlice(ref, await readObject(this.store, ref.key));
  }

  /**
   * The raw entries of (from, to] in the order of their timestamps, each once, slice by slice. `from` has to be where a slice
   * begins or one of its entries, term included.
   *
   * @throws repositoryErrors.missingRange naming the first hole, before any entry is given; repositoryErrors.forkedSlices when
   * slices contradict each other; damagedObject or missingObject naming a slice.
   */
  async *entries(chain: string, from: Position, to: OplogTimestamp): AsyncGenerator<RawEntry[]> {
    const { slices } = await this.chain(chain);
    const cover = coverIn(chain, slices, from.ts, to);
    const join = new SliceJoin(from, to);
    const spare = new SpareSlices(slices, cover, { from: from.ts, to }, (ref) => this.readSlice(ref));
    let done = from.ts;
    for await (const slice of inOrder(cover, readAhead, (ref) => this.readSlice(ref))) {
      const entries = join.take(slice);
      const end = minTimestamp(to, slice.ref.to);
      await spare.check(entries, done, end, slice.ref);
      done = end;
      if (entries.length > 0) {
        yield entries;
      }
    }
  }

  /**
   * How much there is in (from, to], and its last entry, mostly from the headers of slices. See `measureCover`.
   *
   * @param coveredFrom not above `from`: the names of slices have to cover everything from there
   * @throws as `entries`, but for contradictions between slices, which only reading all of them finds.
   */
  async measure(
    chain: string,
    from: Position,
    to: OplogTimestamp,
    coveredFrom = from.ts,
  ): Promise<RangeMeasure> {
    const { slices } = await this.chain(chain);
    coverIn(chain, slices, coveredFrom, to);
    return measureCover(coverIn(chain, slices, from.ts, to), { from, to }, this);
  }

  /** Create-only. */
  async recordGap(chain: string, gap: Gap): Promise<'created' | 'exists'> {
    return createDocument(this.store, `${this.folder}${chain}/${gapName(gap)}`, gapSchema, gap);
  }

  /** Create-only. */
  async recordFork(chain: string, fork: Fork): Promise<'created' | 'exists'> {
    return createDocument(this.store, `${this.folder}${chain}/${forkName(fork)}`, forkSchema, fork);
  }

  /** The gap that a chain listing names; null when it is gone. */
  async readGap(key: string): Promise<Gap | null> {
    return readDocument(this.store, key, gapSchema);
  }

  /** The fork that a chain listing names; null when it is gone. */
  async readFork(key: string): Promise<Fork | null> {
    return readDocument(this.store, key, forkSchema);
  }
}

/** @throws repositoryErrors.missingRange, forkedSlices */
function coverIn(
  chain: string,
  slices: readonly SliceRef[],
  from: OplogTimestamp,
  to: OplogTimestamp,
): readonly SliceRef[] {
  const cover = coverOf(slices, from, to);
  switch (cover.kind) {
    case 'covered':
      return cover.slices;
    case 'missing': {
      const hole = `(${formatTimestamp(cover.range.from)}, ${formatTimestamp(cover.range.to)}]`;
      throw repositoryErrors.missingRange(`chain ${chain} has no oplog of ${hole}`, {
        details: { chain, from: cover.range.from, to: cover.range.to },
      });
    }
    case 'forked': {
      const keys = cover.slices.map(({ key }) => key);
      throw repositoryErrors.forkedSlices(`${keys.join(' and ')} have different contents for one range`, {
        details: { keys, at: cover.slices[0].from },
      });
    }
  }
}
