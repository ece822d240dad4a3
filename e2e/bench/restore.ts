import { spawnSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '@headwater/clock';
import { DirectoryStore } from '@headwater/object-store/directory';
import type { Position } from '@headwater/oplog';
import { RecoveryEngine } from '@headwater/recovery';
import { Repository, type Manifest, type ReplicaSetRepository } from '@headwater/repository';
import {
  compareImages,
  eventually,
  markOplog,
  sealSnapshot,
  startReplicaSet,
  startRestored,
  takeImage,
  type ReplicaSet,
} from '@headwater/testing';
import { Headwater } from '../harness/headwater.js';
import { withRestored } from '../harness/restored-files.js';
import {
  expectNone,
  figure,
  repetitions,
  scaled,
  WrongAnswer,
  type Bench,
  type Benchmark,
  type Figure,
} from './benchmark.js';
import { settleDisk } from './data-directory.js';
import { loadDocuments, loadInto } from './documents.js';
import { fullCaches } from './initial-sync.js';
import { writeMixed } from './mixed-writes.js';
import { copyDurably } from './plain-copy.js';
import { peakMemoryOf } from './process-usage.js';
import { median } from './statistics.js';
import { timed } from './timing.js';

const sizes = { documents: 1_000_000, entries: 30_000, moreDocuments: 500_000 };
const mebibyte = 1024 * 1024;

export const restore: Benchmark = {
  name: 'restore',
  title: 'to a second with 30,000 entries to replay; and a block snapshot beside a plain fsynced copy',
  async run(bench) {
    const { binary, directory } = bench;
    const files = join(directory, 'files');
    const set = await startReplicaSet({
      ...{ binary, directory: join(directory, 'set'), oplogMiB: 2048, cacheMiB: 1024 },
    });
    let toSecond: readonly Figure[];
    try {
      await loadDocuments(set, scaled(bench, sizes.documents, 2000));
      bench.say('the data is there');
      toSecond = await restoreToSecond(bench, set, files);
    } finally {
      await set.stop();
    }
    return [...toSecond, ...(await besideCopy(bench, files))];
  },
};

/** By the restore service, as an operator asks for it. The last one's files are left in `files`. */
async function restoreToSecond(bench: Bench, set: ReplicaSet, files: string): Promise<readonly Figure[]> {
  const { binary } = bench;
  const headwater = await Headwater.start({ uri: set.uri, binary, environment: fullCaches });
  try {
    return await headwater.witness(() => new SecondRun(bench, set, headwater).run(files));
  } finally {
    await headwater.stop();
  }
}

class SecondRun {
  constructor(
    private readonly bench: Bench,
    private readonly set: ReplicaSet,
    private readonly headwater: Headwater,
  ) {}

  async run(files: string): Promise<readonly Figure[]> {
    const { bench, set, headwater } = this;
    await headwater.snapshotsSealed(1);
    bench.say('the first snapshot is sealed');
    const documents = scaled(bench, sizes.documents, 2000);
    await writeMixed(set.connect(), { documents, entries: scaled(bench, sizes.entries, 2000), seed: 2 });
    const second = await this.secondAfterNow();
    const times: number[] = [];
    const often = repetitions(bench);
    for (let n = 1; n <= often; n++) {
      const path = headwater.target(String(n));
      settleDisk();
      times.push(await this.restored(second, path));
      if (n === often) await this.verify(path, files);
      else await rm(path, { recursive: true });
    }
    const [snapshot] = await headwater.api.snapshots();
    return [
      figure('data files of the snapshot', snapshot?.sizeBytes ?? NaN, 'bytes'),
      figure('to a second, verified by opening, from request to delivery', median(times), 's', {
        atMost: 12,
      }),
      figure('most memory of the restore service', await peakMemoryOf(headwater.restore.pid), 'bytes', {
        atMost: 400 * mebibyte,
      }),
    ];
  }

  /** A whole second behind every write so far; resolves when it can be restored. */
  private async secondAfterNow(): Promise<string> {
    const { set, headwater } = this;
    const { t } = await markOplog(set.connect());
    const beyond = async (): Promise<boolean> => {
      await markOplog(set.connect());
      return (await headwater.api.windows()).some(({ to }) => to.t > t);
    };
    await eventually(beyond, { deadlineMs: 120_000, pauseMs: 500, describe: 'the second to be restorable' });
    return `${new Date(t * 1000).toISOString().slice(0, 19)}Z`;
  }

  private async restored(second: string, path: string): Promise<number> {
    const { api } = this.headwater;
    const target = { kind: 'time', time: second } as const;
    const delivery = { kind: 'directory', path } as const;
    const { result, seconds } = await timed(() => api.restored({ deploymentId: 'rs0', target, delivery }));
    const { entriesDone } = result.progress;
    this.bench.say(`restored in ${seconds.toFixed(1)} s, ${entriesDone} entries replayed`);
    return seconds;
  }

  private async verify(path: string, files: string): Promise<void> {
    const { binary } = this.bench;
    const found = await withRestored(path, binary, (client) => takeImage(client));
    const expected = await takeImage(this.set.connect());
    expectNone(
      compareImages(expected, found, { copyWindow: true }),
      'the restored data differs from the source',
    );
    const { status, stderr } = spawnSync('mv', [path, files]);
    if (status !== 0) throw new Error(`cannot keep the restored files: ${stderr.toString()}`);
  }
}

/** Data files above 1 GB as a block snapshot, and as a copy; both durable in the end, in turn. */
async function besideCopy(bench: Bench, files: string): Promise<readonly Figure[]> {
  const { binary, directory } = bench;
  const restored = await startRestored(files, binary);
  await loadInto(restored.uri, {
    from: 0,
    count: scaled(bench, sizes.moreDocuments, 1000),
    collection: 'more',
  });
  await restored.stop();
  const store = await DirectoryStore.open(join(directory, 'store'));
  try {
    const archive = (await Repository.open(store)).deployment('bench').replicaSet('rs0');
    const position: Position = { ts: { t: 1, i: 1 }, term: 1 };
    const sealing = { directory: files, chain: 'bench', position, serverVersion: binary.version };
    const manifest = await sealSnapshot(archive, sealing);
    return await compareCopies(bench, { archive, manifest, files });
  } finally {
    await store.close();
  }
}

interface CopySource {
  readonly archive: ReplicaSetRepository;
  readonly manifest: Manifest;
  readonly files: string;
}

async function compareCopies(
  bench: Bench,
  { archive, manifest, files }: CopySource,
): Promise<readonly Figure[]> {
  const { binary, directory } = bench;
  const engine = new RecoveryEngine({ mongods: () => Promise.resolve(binary), clock: systemClock });
  const often = repetitions(bench);
  const [materialized, copied] = [join(directory, 'materialized'), join(directory, 'copied')];
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let n = 1; n <= often; n++) {
    settleDisk();
    ours.push(
      (await timed(() => engine.materialize({ archive, manifest, directory: materialized }))).seconds,
    );
    if (n === often) checkSame(files, materialized);
    settleDisk();
    theirs.push((await timed(() => copyDurably(files, copied))).seconds);
    await rm(copied, { recursive: true });
    bench.say(
      `block snapshot ${ours.at(-1)?.toFixed(1) ?? ''} s, plain copy ${theirs.at(-1)?.toFixed(1) ?? ''} s`,
    );
  }
  const [our, their] = [median(ours), median(theirs)];
  return [
    figure('data files of the block snapshot', manifest.sizeBytes, 'bytes'),
    figure('block snapshot to a directory', our, 's'),
    figure('block snapshot to a directory', manifest.sizeBytes / our, 'bytes/s'),
    figure('plain fsynced copy of the files', their, 's'),
    figure('plain fsynced copy of the files', manifest.sizeBytes / their, 'bytes/s'),
    figure('block snapshot / plain copy, speed', (their / our) * 100, '%', { atLeast: 40 }),
  ];
}

function checkSame(files: string, materialized: string): void {
  const leftovers = ['mongod.lock', 'WiredTiger.lock', 'mongod.log', 'diagnostic.data', '_tmp'];
  const excluded = leftovers.flatMap((name) => ['-x', name]);
  const { status, stdout } = spawnSync('diff', ['-rq', ...excluded, files, materialized]);
  if (status !== 0) throw new WrongAnswer(`the materialized files are others: ${stdout.toString()}`);
}
