import type { MongoClient } from 'mongodb';
import type { OplogTimestamp } from '@headwater/oplog';
import { compareTimestamps } from '@headwater/oplog';
import { markOplog, takeImage, workloadKinds, type DeploymentImage } from '@headwater/testing';
import { withArchive } from './harness/archived-oplog.js';
import { BackgroundLoad } from './harness/background-load.js';
import { compareRestored } from './harness/comparison.js';
import { ProtectedSet } from './harness/protected-set.js';
import { describeOnPair } from './spec-support/describe-on-pair.js';

/** Small parts, and few of them under way: much happens to the source while it is copied. */
const slowCopy = { HEADWATER_INITIAL_SYNC_PART_MIB: '1', HEADWATER_INITIAL_SYNC_WINDOW_MIB: '1' };
const fillerMiB = 60;

/**
 * The source can tell what it was at the end of the copy only while no collection of then is renamed, dropped or made
 * again. So all DDL runs before, during and after the copy, but is halted around its end, and the rest never is.
 */
const withoutDdl = ['documents', 'indexedDocuments', 'specialCollections', 'transactions', 'users'] as const;

describeOnPair('a replica set with every kind of data and DDL', () => {
  let scene: ProtectedSet;
  let steady: BackgroundLoad;
  let everything: BackgroundLoad;
  let stop: OplogTimestamp;
  let atStop: DeploymentImage;

  beforeAll(async () => {
    scene = await ProtectedSet.start({
      fillerMiB,
      cacheMiB: 512,
      writesPerSecond: 50,
      environment: slowCopy,
      snapshotIntervalSeconds: 10,
      blockSnapshotIntervalSeconds: 10,
      prepare: startLoads,
    });
    await scene.headwater.witness(watchInitialSync);
  });
  afterAll(async () => {
    await Promise.allSettled([steady.halt(), everything.halt()]);
    await scene.stop();
  });

  async function startLoads(source: MongoClient): Promise<void> {
    const sizes = { documents: 1000, largeDocumentMiB: 15, largeTransactionMiB: 20 };
    everything = new BackgroundLoad(source, { seed: 2, database: 'all', sizes });
    steady = new BackgroundLoad(source, {
      seed: 22,
      database: 'steady',
      kinds: withoutDdl,
      ratePerSecond: 20,
      sizes: { documents: 500, largeDocumentMiB: 0 },
    });
    await everything.start();
    await steady.start();
  }

  /** Halts DDL before the copy can end: ingest takes no part meanwhile. */
  async function watchInitialSync(): Promise<void> {
    const { bus, ingest, pair } = scene.headwater;
    await bus.captureUntil('half of the copy', ({ sync }) => (sync?.archivedPart ?? 0) >= fillerMiB / 2);
    ingest.freeze();
    await everything.halt();
    const halted = await markOplog(scene.source);
    ingest.thaw();

    const { sync } = await bus.captureUntil('the copy to be complete', ({ order }) => order === 'tail');
    const complete = await withArchive(pair.store, (archive) => archive.sync(sync?.id ?? '').complete());
    if (complete === null) throw new Error('the copy is not complete');
    stop = complete.stop.ts;
    expect(compareTimestamps(stop, halted)).toBeGreaterThan(0);
    atStop = await takeImage(scene.source, { atClusterTime: stop });
    everything.resume();
  }

  it('is restored to a moment after all of it, without a difference', () =>
    scene.headwater.witness(async () => {
      await scene.headwater.snapshotsSealed(3);
      await everything.halt();
      await steady.halt();
      const { t, i } = await markOplog(scene.source);
      await scene.headwater.bus.archived({ t, i });

      const target = { kind: 'timestamp', t, i } as const;
      const { job, differences } = await compareRestored(scene, target, { name: 'after', copyWindow: true });
      expect(job.restoredTo).toEqual({ t, i });
      expect(differences).toEqual([]);
    }));

  it('is restored to the end of its initial sync, without a difference', () =>
    scene.headwater.witness(async () => {
      const [first] = await scene.headwater.api.snapshots();
      expect(first?.ts).toEqual(stop);
      const target = { kind: 'snapshot', snapshotId: first?.id ?? '' } as const;
      const { differences } = await compareRestored(scene, target, {
        name: 'at-stop',
        image: atStop,
        copyWindow: true,
      });
      expect(differences).toEqual([]);
    }));

  it('saw most of what a workload can do', () => {
    const operations = Object.values(workloadKinds).flatMap((kind) => kind.operations);
    const done = operations.filter(({ name }) => (everything.outcomes.get(name)?.done ?? 0) > 0);
    expect(done.length / operations.length).toBeGreaterThan(0.8);
  });
});
