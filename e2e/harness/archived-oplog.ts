import { compareTimestamps, formatPosition, type Position, type RawEntry } from '@headwater/oplog';
import { Repository, type ReplicaSetRepository } from '@headwater/repository';
import { rawEntriesOf } from './source-oplog.js';
import type { StorePlace } from './pair.js';
import type { ProtectedSet } from './protected-set.js';

/** What a store has of the replica set, read without any service. */
export async function withArchive<T>(
  place: StorePlace,
  read: (archive: ReplicaSetRepository) => Promise<T>,
): Promise<T> {
  const store = await place.open();
  try {
    const repository = await Repository.open(store);
    return await read(repository.deployment('rs0').replicaSet('rs0'));
  } finally {
    await store.close();
  }
}

export interface OplogComparison {
  readonly chain: string;
  readonly entries: number;
  /** The first few, one line each. */
  readonly differences: readonly string[];
}

/** Compares the newest archived chain with the oplog of the source, entry by entry, byte by byte. */
export async function compareOplogs({
  headwater,
  source,
}: Pick<ProtectedSet, 'headwater' | 'source'>): Promise<OplogComparison> {
  return withArchive(headwater.pair.store, async ({ oplog }) => {
    const chain = (await oplog.chains()).at(-1) ?? '';
    const { slices } = await oplog.chain(chain);
    const [first] = slices;
    const last = slices.reduce((a, b) => (compareTimestamps(a.to, b.to) < 0 ? b : a), slices[0] ?? nothing());
    const { from } = (await oplog.sliceHeader(first ?? nothing())).range;
    const archived: RawEntry[] = [];
    for await (const entries of oplog.entries(chain, from, last.to)) archived.push(...entries);
    const written = await rawEntriesOf(source, from.ts, last.to);
    return { chain, entries: archived.length, differences: differencesOf(written, archived) };
  });
}

function nothing(): never {
  throw new Error('nothing was archived');
}

function differencesOf(written: readonly RawEntry[], archived: readonly RawEntry[]): string[] {
  const place = (entry: RawEntry | undefined) => (entry ? formatPosition(entry.position) : 'nothing');
  const differences: string[] = [];
  for (let n = 0; n < Math.max(written.length, archived.length) && differences.length < 5; n++) {
    const [should, is] = [written[n], archived[n]];
    if (should === undefined || is === undefined || !samePosition(should.position, is.position)) {
      differences.push(`entry ${n} is ${place(is)} instead of ${place(should)}`);
    } else if (!should.bytes.equals(is.bytes)) {
      differences.push(`entry ${n} at ${place(is)} has other bytes`);
    }
  }
  return differences;
}

function samePosition(a: Position, b: Position): boolean {
  return formatPosition(a) === formatPosition(b);
}
