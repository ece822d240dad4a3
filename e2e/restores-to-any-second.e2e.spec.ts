import type { RestoreJobBody, RestoreTarget, SnapshotBody } from '@headwater/contracts';
import { compareTimestamps, previousTimestamp, type OplogTimestamp } from '@headwater/oplog';
import { Random } from '@headwater/testing';
import { ProtectedSet } from './harness/protected-set.js';
import { withRestored } from './harness/restored-files.js';
import { largestEntryUpTo } from './harness/source-oplog.js';
import { writesPassed } from './harness/writes-passed.js';
import { describeOnPair } from './spec-support/describe-on-pair.js';

/** What there is to choose a moment from. */
interface Archive {
  readonly random: Random;
  /** Ascending in time. */
  readonly snapshots: readonly [SnapshotBody, SnapshotBody, ...SnapshotBody[]];
  readonly from: OplogTimestamp;
  readonly to: OplogTimestamp;
}

const at = ({ t, i }: OplogTimestamp): RestoreTarget => ({ kind: 'timestamp', t, i });
const second = (t: number): RestoreTarget => ({ kind: 'time', time: new Date(t * 1000).toISOString() });

/** Between the first second that is whole and the last one. */
const randomSecond = ({ random, from, to }: Archive): number => from.t + 1 + random.below(to.t - from.t - 1);
const randomOrdinal = ({ random }: Archive): number => random.below(300);

/** The oplog of some seconds on a block snapshot: nothing of its own is stored. */
function newestLog({ snapshots }: Archive): SnapshotBody {
  const log = snapshots.findLast(({ kind }) => kind === 'log');
  if (log === undefined) throw new Error('there is no log snapshot');
  return log;
}

const moments: readonly (readonly [name: string, choose: (archive: Archive) => RestoreTarget])[] = [
  ['exactly at a snapshot', ({ snapshots }) => at(snapshots[1].ts)],
  ['just before a snapshot', ({ snapshots }) => at(previousTimestamp(snapshots[1].ts))],
  ['the newest whole second', ({ to }) => second(to.t - 1)],
  ['the latest', () => ({ kind: 'latest' })],
  ['a log snapshot by its id', (archive) => ({ kind: 'snapshot', snapshotId: newestLog(archive).id })],
  ['a snapshot by its id', ({ snapshots }) => ({ kind: 'snapshot', snapshotId: snapshots[0].id })],
  ['a random second', (archive) => second(randomSecond(archive))],
  ['another random second', (archive) => second(randomSecond(archive))],
  ['a third random second', (archive) => second(randomSecond(archive))],
  [
    'a random point within a second',
    (archive) => at({ t: randomSecond(archive), i: randomOrdinal(archive) }),
  ],
  ['another one within a second', (archive) => at({ t: randomSecond(archive), i: randomOrdinal(archive) })],
];

describeOnPair('a replica set under a live load', () => {
  const random = new Random(20_261_124);
  let scene: ProtectedSet;

  beforeAll(async () => {
    scene = await ProtectedSet.start({ writesPerSecond: 300, snapshotIntervalSeconds: 5 });
    const { headwater, writer } = scene;
    await headwater.witness(() => headwater.snapshotsSealed(3));
    // What is restored later lies up to some seconds behind the last snapshot.
    await headwater.snapshotBuilder.stop();
    await writesPassed(writer, 2000);
  });
  afterAll(() => scene.stop());

  it.each(moments)('is restored to %s: every write up to it is there, none after', (name, choose) =>
    scene.headwater.witness(async () => {
      const { headwater, source, binary, writer } = scene;
      const archive = await readArchive();
      const target = choose(archive);
      const path = headwater.target(name.replaceAll(' ', '-'));
      const job = await headwater.api.restored({
        deploymentId: 'rs0',
        target,
        delivery: { kind: 'directory', path },
      });

      const wanted = momentOf(target, job, archive);
      expect(job.restoredTo).toEqual(await largestEntryUpTo(source, wanted));
      const found = await withRestored(path, binary, (client) => writer.verify(client, wanted));
      expect(found).toEqual([]);
      expectVerified(job, writer.expectedAt(wanted).count);
    }),
  );

  async function readArchive(): Promise<Archive> {
    const [window, ...others] = await scene.headwater.api.windows();
    expect(others).toEqual([]);
    const [first, next, ...more] = await scene.headwater.api.snapshots();
    if (window === undefined || first === undefined || next === undefined) throw new Error('no window');
    return { random, snapshots: [first, next, ...more], from: window.from, to: window.to };
  }

  /** The last moment whose writes belong to what was asked for. */
  function momentOf(target: RestoreTarget, job: RestoreJobBody, archive: Archive): OplogTimestamp {
    switch (target.kind) {
      case 'time':
        return { t: new Date(target.time).getTime() / 1000, i: 0xffff_ffff };
      case 'timestamp':
        return { t: target.t, i: target.i };
      case 'snapshot':
        return archive.snapshots.find(({ id }) => id === target.snapshotId)?.ts ?? job.plan.target;
      case 'latest':
        expect(compareTimestamps(job.plan.target, archive.to)).toBeGreaterThanOrEqual(0);
        return job.plan.target;
    }
  }

  function expectVerified(job: RestoreJobBody, documents: number): void {
    expect(job.verification).toMatchObject({
      method: 'open',
      oplogTop: job.restoredTo,
      minvalidBegin: job.restoredTo,
      mongodVersion: scene.binary.version,
    });
    expect(job.verification?.filesVerified).toBeGreaterThan(10);
    const counted = job.verification?.collections.filter(({ ns }) => ns.startsWith('numbered.')) ?? [];
    expect(counted.map(({ ns }) => ns).sort()).toEqual(['c0', 'c1', 'c2', 'c3'].map((c) => `numbered.${c}`));
    expect(counted.reduce((sum, collection) => sum + collection.documents, 0)).toBe(documents);
  }
});
