import { join } from 'node:path';
import { systemClock } from '@headwater/clock';
import type { Position } from '@headwater/oplog';
import { DirectoryStore } from '@headwater/object-store/directory';
import { RecoveryEngine, type RecoveryPhase } from '@headwater/recovery';
import {
  Capture,
  compareImages,
  markOplog,
  startReplicaSet,
  startRestored,
  takeImage,
  type ReplicaSet,
} from '@headwater/testing';
import {
  expectNone,
  figure,
  repetitions,
  scaled,
  type Bench,
  type Benchmark,
  type Figure,
} from './benchmark.js';
import { copyDirectory } from './data-directory.js';
import { loadDocuments } from './documents.js';
import { writeMixed } from './mixed-writes.js';
import { replayWithMongorestore } from './mongorestore.js';
import { median } from './statistics.js';
import { StoppedSecondary } from './stopped-secondary.js';
import { timed } from './timing.js';

const sizes = { documents: 200_000, entries: 120_000, mongorestoreEntries: 20_000 };
const cacheMiB = 1024;

export const replay: Benchmark = {
  name: 'replay',
  title: 'append + recover, beside a stopped secondary that catches up on the same entries',
  async run(bench) {
    const set = await startReplicaSet({
      ...bench,
      directory: join(bench.directory, 'set'),
      ...memberOptions,
    });
    try {
      return await new ReplayRun(bench, set).run();
    } finally {
      await set.stop();
    }
  },
};

const memberOptions = { members: 2, oplogMiB: 2048, cacheMiB };

interface Task {
  readonly capture: Capture;
  readonly from: Position;
  readonly to: Position;
}

interface ReplayTimes {
  readonly total: number;
  readonly append: number;
}

class ReplayRun {
  private readonly engine: RecoveryEngine;
  private readonly head: string;
  private readonly copy: string;

  constructor(
    private readonly bench: Bench,
    private readonly set: ReplicaSet,
  ) {
    const { binary, directory } = bench;
    this.engine = new RecoveryEngine({
      mongods: () => Promise.resolve(binary),
      clock: systemClock,
      cacheMiB,
    });
    this.head = join(directory, 'head');
    this.copy = join(directory, 'copy');
  }

  async run(): Promise<readonly Figure[]> {
    const { bench, set } = this;
    const documents = scaled(bench, sizes.documents, 2000);
    await loadDocuments(set, documents);
    await set.connect().db('bench').collection('documents').createIndex({ k: 1 });
    const store = await DirectoryStore.open(join(bench.directory, 'store'));
    // From the primary: the secondary is stopped meanwhile.
    const capture = await Capture.begin((await set.primary()).directUri, store, {
      slice: 20_000,
      part: 20_000,
    });
    try {
      const { syncId, stop } = await capture.sync();
      await this.engine.seed({ archive: capture.archive, syncId, directory: this.head });
      const secondary = await StoppedSecondary.of(set, join(bench.directory, 'kept'));
      bench.say('writing the entries');
      await writeMixed(set.connect(), { documents, entries: scaled(bench, sizes.entries, 2000), seed: 1 });
      const to = await capture.archiveTo(await markOplog(set.connect()));
      return await this.measure({ capture, from: stop, to }, secondary);
    } finally {
      await capture.close();
      await store.close();
    }
  }

  /** Both sides in turn, so that whatever else the machine does meets both. */
  private async measure(task: Task, secondary: StoppedSecondary): Promise<readonly Figure[]> {
    const ours: ReplayTimes[] = [];
    const theirs: number[] = [];
    const times = repetitions(this.bench);
    let entries = 0;
    for (let n = 1; n <= times; n++) {
      const replayed = await this.replayOnce(task);
      entries = replayed.entries;
      ours.push(replayed.times);
      theirs.push(await secondary.catchUp(task.to.ts));
      if (n === times) await this.compare(secondary);
      await secondary.stop();
      this.bench.say(
        `${n}: ${replayed.times.total.toFixed(1)} s beside ${(theirs.at(-1) ?? 0).toFixed(1)} s`,
      );
    }
    const [our, their] = [median(ours.map(({ total }) => total)), median(theirs)];
    return [
      figure('oplog entries', entries, ''),
      figure('Headwater: append + recover', our, 's'),
      figure('  of which append, its start and stop included', median(ours.map(({ append }) => append)), 's'),
      figure('Headwater: entries', entries / our, '/s'),
      figure('stopped secondary: catch-up from process start', their, 's'),
      figure('stopped secondary: entries', entries / their, '/s'),
      figure('Headwater / secondary, entries a second', their / our, '×', { atLeast: 0.9 }),
      ...(await this.besideMongorestore(task, entries / our)),
    ];
  }

  private async replayOnce({ capture, from, to }: Task): Promise<{ times: ReplayTimes; entries: number }> {
    await copyDirectory(this.head, this.copy);
    const startedAt = systemClock.ticksMillis();
    const began = new Map<RecoveryPhase, number>();
    const { result, seconds } = await timed(() =>
      this.engine.replay({
        ...{ archive: capture.archive, chain: capture.chain, from, to: to.ts },
        ...{ directory: this.copy, series: this.bench.binary.series },
        onProgress: ({ phase }) => {
          if (!began.has(phase)) began.set(phase, (systemClock.ticksMillis() - startedAt) / 1000);
        },
      }),
    );
    return { times: { total: seconds, append: began.get('recovering') ?? 0 }, entries: result.entries };
  }

  /** Both must hold what the source holds. */
  private async compare(secondary: StoppedSecondary): Promise<void> {
    const expected = await takeImage(this.set.connect());
    expectNone(compareImages(expected, await secondary.image()), 'the secondary differs from the source');
    const replayed = await startRestored(this.copy, this.bench.binary);
    try {
      const found = await takeImage(replayed.connect());
      expectNone(
        compareImages(expected, found, { copyWindow: true }),
        'the replayed files differ from the source',
      );
    } finally {
      await replayed.stop();
    }
  }

  private async besideMongorestore(task: Task, ourRate: number): Promise<readonly Figure[]> {
    const { mongorestore, binary, directory } = this.bench;
    if (mongorestore === null) return [];
    await copyDirectory(this.head, this.copy);
    const entries: Buffer[] = [];
    const { capture, from, to } = task;
    for await (const some of capture.archive.oplog.entries(capture.chain, from, to.ts)) {
      entries.push(...some.map(({ bytes }) => bytes));
    }
    const first = entries.slice(0, scaled(this.bench, sizes.mongorestoreEntries, 1000));
    const request = { binary, directory: this.copy, entries: first, scratch: directory };
    const rate = first.length / (await replayWithMongorestore(mongorestore, request));
    return [
      figure(`mongorestore --oplogReplay, first ${first.length} entries`, rate, '/s'),
      figure('Headwater / mongorestore, entries a second', ourRate / rate, '×'),
    ];
  }
}
