import {
  appendEntries,
  createSeedCollections,
  reconcile,
  seriesOf,
  setMinvalid,
  type Catalogue,
  type Mongod,
} from '@headwater/mongod';
import {
  formatPosition,
  positionsEqual,
  previousTimestamp,
  quietEntry,
  timestampsEqual,
  type Position,
} from '@headwater/oplog';
import type { ReplicaSetRepository, SyncComplete } from '@headwater/repository';
import { claimDirectory } from '../directory/claim.js';
import { writeIdle } from '../directory/fingerprint.js';
import type { MongodSessions } from '../mongods/mongod-sessions.js';
import { progressOf, type LongOperation } from '../progress.js';
import { recoveryErrors } from '../recovery-errors.js';
import { EntrySource } from '../replay/entry-source.js';
import { checkStanding } from '../replay/standing.js';
import { EmptyTimestamps } from './empty-timestamps.js';
import { HeadCollections } from './head-collections.js';
import { loadParts } from './part-loading.js';

export interface SeedRequest extends LongOperation {
  readonly archive: ReplicaSetRepository;
  readonly syncId: string;
  /** Empty, missing, or made by Headwater, which then is deleted. */
  readonly directory: string;
}

export interface Seeded {
  readonly chain: string;
  /** The `stop` of the initial sync: the first consistent one. */
  readonly position: Position;
}

/** As a replica set would need it; our own mongods never cap it. */
const oplogBytes = 1024 * 1024 * 1024;

/**
 * Makes a data directory from an initial sync and the oplog of its window. A crash leaves nothing of use.
 *
 * @throws recoveryErrors.syncIncomplete, indexBuildsOpen, copyDiffers, wrongSeries, directoryNotEmpty;
 * repositoryErrors naming a damaged object; mongodErrors, mongodbErrors.
 */
export async function seed(sessions: MongodSessions, request: SeedRequest): Promise<Seeded> {
  const { archive, syncId, directory } = request;
  const complete = await archive.sync(syncId).complete();
  if (complete === null) throw recoveryErrors.syncIncomplete(`The initial sync ${syncId} is not complete.`);
  const { chain, stop: position } = complete;
  const state = { format: 1, chain, series: seriesOf(complete.serverVersion) } as const;
  await sessions.binaryOf(state.series);
  await claimDirectory(directory, { ...state, phase: 'seeding' });
  await new Seeding(sessions, { ...request, series: state.series }, complete).run();
  await writeIdle(directory, { ...state, position });
  return { chain, position };
}

/** The steps of mongodb-facts 3, in their order. */
class Seeding {
  constructor(
    private readonly sessions: MongodSessions,
    private readonly request: SeedRequest & { readonly series: string },
    private readonly complete: SyncComplete,
  ) {}

  async run(): Promise<void> {
    const { stop } = this.complete;
    const { catalogue, loud } = await this.session('append', (mongod) => this.load(mongod));
    this.report('recovering');
    await this.session('recover', (mongod) =>
      checkStanding(mongod, { begin: stop, top: stop }, 'after the first recovery'),
    );
    this.report('indexing');
    await this.session('append', (mongod) => this.settle(mongod, catalogue, loud));
  }

  /** Documents of mixed times, and the oplog that settles them: index DDL aside, which would not fit them yet. */
  private async load(mongod: Mongod): Promise<{ catalogue: Catalogue; loud: Buffer[] }> {
    const { stop, beginApplying } = this.complete;
    await createSeedCollections(mongod, oplogBytes);
    const collections = new HeadCollections(mongod);
    const catalogue = await loadParts(mongod, { ...this.request, complete: this.complete, collections });
    refuseOpenBuilds(catalogue);
    const source = await this.window();
    const loud: Buffer[] = [];
    const empty = new EmptyTimestamps(beginApplying.ts);
    await appendEntries(mongod, quiet(noted(source.batches(), empty), loud), ({ entries, bytes }) => {
      this.report('appending', { entriesDone: entries, bytesDone: bytes });
    });
    if (source.last === null || !positionsEqual(source.last, stop)) {
      const last = source.last === null ? 'nowhere' : formatPosition(source.last);
      throw recoveryErrors.copyDiffers(
        `The oplog of the sync ends at ${last}, not at ${formatPosition(stop)}.`,
      );
    }
    await empty.removeFrom(mongod, collections);
    await setMinvalid(mongod, { position: stop, begin: beginApplying });
    await checkStanding(mongod, { begin: beginApplying, top: stop }, 'before the first recovery');
    return { catalogue, loud };
  }

  /** Brings indexes to the state of the source at stop, and the true entries into the oplog. */
  private async settle(mongod: Mongod, catalogue: Catalogue, loud: readonly Buffer[]): Promise<void> {
    const { wrong } = await reconcile(mongod, catalogue);
    const again = await reconcile(mongod, catalogue);
    const changed = again.created + again.dropped + again.collMods;
    if (wrong.length > 0 || again.wrong.length > 0 || changed > 0) {
      const what = [
        ...new Set([...wrong, ...again.wrong, ...(changed > 0 ? ['indexes do not settle'] : [])]),
      ];
      throw recoveryErrors.copyDiffers(
        `The copy is not what the source was: ${what.slice(0, 10).join('; ')}.`,
      );
    }
    await appendEntries(mongod, one(loud));
    const { stop } = this.complete;
    await checkStanding(mongod, { begin: stop, top: stop }, 'after the indexes were made');
  }

  /** The entries from beginFetching, that one included, to stop. */
  private async window(): Promise<EntrySource> {
    const { chain, beginFetching, stop } = this.complete;
    const { archive, signal } = this.request;
    const from = await openingOf(archive, chain, previousTimestamp(beginFetching.ts));
    return EntrySource.open({ archive, chain, from, to: stop.ts }, signal);
  }

  private session<T>(mode: 'append' | 'recover', work: (mongod: Mongod) => Promise<T>): Promise<T> {
    const { directory, series, signal } = this.request;
    return this.sessions.run({ directory, series, mode, signal }, work);
  }

  private report(...report: Parameters<typeof progressOf>): void {
    this.request.onProgress?.(progressOf(...report));
  }
}

/** A chain begins one ordinal below its first entry; which term it gives that place is its own. */
async function openingOf(
  archive: ReplicaSetRepository,
  chain: string,
  ts: Position['ts'],
): Promise<Position> {
  const { slices } = await archive.oplog.chain(chain);
  const first = slices.find((slice) => timestampsEqual(slice.from, ts));
  return first === undefined ? { ts, term: -1 } : (await archive.oplog.sliceHeader(first)).range.from;
}

function refuseOpenBuilds(catalogue: Catalogue): void {
  const open = [...catalogue.values()].flatMap(({ db, name, unfinished }) =>
    unfinished.map((index) => `${index} of ${db}.${name}`),
  );
  if (open.length === 0) return;
  throw recoveryErrors.indexBuildsOpen(`Index builds were open at the end of the copy: ${open.join(', ')}.`);
}

async function* noted(batches: AsyncIterable<Buffer[]>, empty: EmptyTimestamps): AsyncGenerator<Buffer[]> {
  for await (const batch of batches) {
    for (const entry of batch) empty.note(entry);
    yield batch;
  }
}

/** The entries without index DDL; those that had some are kept in `loud`. */
async function* quiet(batches: AsyncIterable<Buffer[]>, loud: Buffer[]): AsyncGenerator<Buffer[]> {
  for await (const batch of batches) {
    yield batch.map((entry) => {
      const { bytes, changed } = quietEntry(entry);
      // A copy: a view would keep the whole slice in memory.
      if (changed) loud.push(Buffer.from(entry));
      return bytes;
    });
  }
}

// eslint-disable-next-line @typescript-eslint/require-await -- there is nothing to wait for
async function* one(batch: readonly Buffer[]): AsyncGenerator<readonly Buffer[]> {
  yield batch;
}
