import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { systemClock } from '@headwater/clock';
import { DirectoryStore } from '@headwater/object-store/directory';
import type { Position } from '@headwater/oplog';
import { RecoveryEngine } from '@headwater/recovery';
import { snapshotId, type Manifest } from '@headwater/repository';
import {
  Capture,
  compareImages,
  markOplog,
  Random,
  sealSnapshot,
  startReplicaSet,
  startRestored,
  takeImage,
  type ReplicaSet,
} from '@headwater/testing';
import type { MongoClient } from 'mongodb';
import {
  expectNone,
  figure,
  scaled,
  WrongAnswer,
  type Bench,
  type Benchmark,
  type Figure,
} from './benchmark.js';
import { blockSums, changedBytes } from './changed-blocks.js';
import { documentsOf, loadDocuments } from './documents.js';
import { timed } from './timing.js';

const sizes = { documents: 1_000_000 };
const cacheMiB = 1024;
const mebibyte = 1024 * 1024;

export const snapshot: Benchmark = {
  name: 'snapshot',
  title: 'bytes that a snapshot uploads, beside the bytes that WiredTiger rewrote for the same changes',
  async run(bench) {
    const { binary, directory } = bench;
    const set = await startReplicaSet({
      binary,
      directory: join(directory, 'set'),
      oplogMiB: 2048,
      cacheMiB,
    });
    const store = await DirectoryStore.open(join(directory, 'store'));
    try {
      await loadDocuments(set, scaled(bench, sizes.documents, 5000));
      const capture = await Capture.begin(set.uri, store, { slice: 20_000, part: 15_000 });
      try {
        return await new SnapshotRun(bench, set, { capture, store }).run();
      } finally {
        await capture.close();
      }
    } finally {
      await store.close();
      await set.stop();
    }
  },
};

class SnapshotRun {
  private readonly capture: Capture;
  private readonly store: DirectoryStore;
  private readonly engine: RecoveryEngine;
  private readonly head: string;
  private readonly documents: number;
  private readonly random = new Random(1);

  constructor(
    private readonly bench: Bench,
    private readonly set: ReplicaSet,
    { capture, store }: { readonly capture: Capture; readonly store: DirectoryStore },
  ) {
    const { binary, directory } = bench;
    this.capture = capture;
    this.store = store;
    this.engine = new RecoveryEngine({
      mongods: () => Promise.resolve(binary),
      clock: systemClock,
      cacheMiB,
    });
    this.head = join(directory, 'head');
    this.documents = scaled(bench, sizes.documents, 5000);
  }

  async run(): Promise<readonly Figure[]> {
    const { capture, engine, head, bench } = this;
    const client = this.set.connect();
    const { syncId, stop } = await capture.sync();
    const seeded = await timed(() => engine.seed({ archive: capture.archive, syncId, directory: head }));
    const first = await timed(() => this.seal(stop, null));
    bench.say(`seeded in ${seeded.seconds.toFixed(1)} s, sealed in ${first.seconds.toFixed(1)} s`);
    let last = { manifest: first.result, position: stop };
    const figures: Figure[] = [
      figure('data files', first.result.sizeBytes, 'bytes'),
      figure('first snapshot: uploaded', first.result.storedBytes, 'bytes'),
      figure('first snapshot: sealing', first.result.sizeBytes / first.seconds, 'bytes/s'),
    ];
    for (const [what, change] of this.changes()) {
      await change(client);
      const step = await this.advance(last);
      figures.push(...step.figures(what));
      last = step;
    }
    await this.verify(last.manifest, client);
    return [...figures, await this.logSnapshot(last.manifest, client)];
  }

  /** It holds whatever was written since the last block snapshot, and is as large as its manifest. */
  private async logSnapshot(base: Manifest, client: MongoClient): Promise<Figure> {
    const { capture } = this;
    const { archive, chain } = capture;
    await this.update(client, Math.ceil(this.documents / 100));
    const { ts } = await capture.archiveTo(await markOplog(client));
    const { top: position, entries, rawBytes } = await archive.oplog.measure(chain, base.position, ts);
    const { id } = await archive.snapshots.writeLog({
      id: snapshotId(position.ts, '00000001'),
      ...{ chain, position, replicaSetId: base.replicaSetId, createdAt: base.createdAt },
      ...{ serverVersion: base.serverVersion, fcv: base.fcv, sizeBytes: base.sizeBytes },
      ...{ base: { snapshotId: base.id, position: base.position }, oplog: { entries, rawBytes } },
    });
    const ref = (await archive.snapshots.list()).find((one) => one.id === id);
    const object = ref === undefined ? null : await this.store.stat(ref.key);
    if (object === null) throw new WrongAnswer('the log snapshot is not in the store');
    return figure(`log snapshot of ${entries} entries: stored`, object.size, 'bytes', { atMost: 100 * 1024 });
  }

  /** What is done to the source between two snapshots. */
  private changes(): [string, (client: MongoClient) => Promise<unknown>][] {
    const { documents } = this;
    const some = (share: number) => (client: MongoClient) =>
      this.update(client, Math.ceil(documents * share));
    return [
      ['nothing changed', () => Promise.resolve()],
      ['0.1 % updated at random', some(0.001)],
      ['1 % updated at random', some(0.01)],
      ['10 % updated at random', some(0.1)],
      ['5 % appended', () => loadDocuments(this.set, Math.ceil(documents / 20), documents)],
    ];
  }

  private async update(client: MongoClient, count: number): Promise<void> {
    const { documents, random } = this;
    for (let done = 0; done < count; done += 10_000) {
      const operations = Array.from({ length: Math.min(10_000, count - done) }, () => ({
        updateOne: {
          filter: { _id: random.below(documents) },
          update: { $set: { changed: random.below(1e9) } },
        },
      }));
      await documentsOf(client).bulkWrite(operations, { ordered: false });
    }
  }

  /** Brings the head to the source's now, and seals it. */
  private async advance(last: { manifest: Manifest; position: Position }): Promise<Step> {
    const { engine, head, capture, bench } = this;
    const before = await blockSums(head);
    const archivedTo = await capture.archiveTo(await markOplog(this.set.connect()));
    const cycle = { archive: capture.archive, chain: capture.chain, directory: head };
    const { restoredTo: position } = await engine.replay({
      ...cycle,
      ...{ from: last.position, to: archivedTo.ts, series: bench.binary.series },
    });
    const rewritten = changedBytes(before, await blockSums(head));
    const { result: manifest, seconds } = await timed(() => this.seal(position, last.manifest));
    bench.say(
      `${manifest.storedBytes} bytes uploaded, ${rewritten} rewritten, sealed in ${seconds.toFixed(1)} s`,
    );
    return new Step(manifest, position, { rewritten, seconds });
  }

  private seal(position: Position, parent: Manifest | null): Promise<Manifest> {
    const { head, capture, bench } = this;
    const { version: serverVersion } = bench.binary;
    const sealing = { directory: head, chain: capture.chain, position, serverVersion };
    return sealSnapshot(capture.archive, { ...sealing, ...(parent === null ? {} : { parent }) });
  }

  /** The last snapshot, whose blocks lie in the packs of all of them, is the head byte for byte, and the source. */
  private async verify(manifest: Manifest, client: MongoClient): Promise<void> {
    const { engine, head, capture, bench } = this;
    const directory = join(bench.directory, 'materialized');
    await engine.materialize({ archive: capture.archive, manifest, directory });
    const { status, stdout } = spawnSync('diff', [
      '-rq',
      '-x',
      'mongod.lock',
      '-x',
      'WiredTiger.lock',
      head,
      directory,
    ]);
    if (status !== 0) throw new WrongAnswer(`the snapshot is not the head: ${stdout.toString()}`);
    const restored = await startRestored(directory, bench.binary);
    try {
      const differences = compareImages(await takeImage(client), await takeImage(restored.connect()), {
        copyWindow: true,
      });
      expectNone(differences, 'the snapshot differs from the source');
    } finally {
      await restored.stop();
    }
  }
}

class Step {
  constructor(
    readonly manifest: Manifest,
    readonly position: Position,
    private readonly measured: { readonly rewritten: number; readonly seconds: number },
  ) {}

  figures(what: string): readonly Figure[] {
    const { rewritten, seconds } = this.measured;
    const { storedBytes, sizeBytes } = this.manifest;
    const speed = figure(`${what}: sealing`, sizeBytes / seconds, 'bytes/s');
    if (what === 'nothing changed') {
      return [figure(`${what}: uploaded`, storedBytes, 'bytes', { atMost: mebibyte }), speed];
    }
    return [
      figure(`${what}: rewritten by WiredTiger`, rewritten, 'bytes'),
      figure(`${what}: uploaded`, storedBytes, 'bytes'),
      figure(`${what}: uploaded / rewritten`, storedBytes / rewritten, '×', { atMost: 1.5 }),
      speed,
    ];
  }
}
