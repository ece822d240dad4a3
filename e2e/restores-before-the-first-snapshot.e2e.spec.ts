import { eventually } from '@headwater/testing';
import { compareJob, compareRestored, type ComparedRestore } from './harness/comparison.js';
import { ProtectedSet } from './harness/protected-set.js';
import { writesPassed } from './harness/writes-passed.js';
import { describeOnPair } from './spec-support/describe-on-pair.js';

describeOnPair('a replica set of which no snapshot was ever sealed', () => {
  let scene: ProtectedSet;

  beforeAll(async () => {
    scene = await ProtectedSet.start({
      start: ['agent', 'ingest', 'restore'],
      fillerMiB: 40,
      prepare: async (source) => {
        await source.db('shop').collection('orders').createIndex({ customer: 1 });
        await source.db('shop').createCollection('log', { capped: true, size: 1_000_000 });
      },
    });
    const { headwater } = scene;
    await headwater.witness(() =>
      eventually(async () => (await headwater.api.windows().catch(() => [])).length === 1, {
        deadlineMs: 180_000,
        describe: 'a restore window',
      }),
    );
  });
  afterAll(() => scene.stop());

  const expectEqual = ({ job, differences }: ComparedRestore): void => {
    expect(differences).toEqual([]);
    expect(job.plan.base.kind).toBe('initial-sync');
    expect(job.verification).toMatchObject({ method: 'open', oplogTop: job.restoredTo });
    expect(job.progress.bytesDone).toBe(job.progress.bytesTotal);
  };

  it('is restored from its initial sync: to the end of the copy, and to every later moment', () =>
    scene.headwater.witness(async () => {
      const { headwater, writer } = scene;
      expect(await headwater.api.snapshots()).toEqual([]);
      await writesPassed(writer, 1000);
      const [window] = await headwater.api.windows();
      if (window === undefined) throw new Error('no window');
      const choice = { copyWindow: true };
      const from = { kind: 'timestamp', ...window.from } as const;
      expectEqual(await compareRestored(scene, from, { ...choice, name: 'from' }));
      expectEqual(await compareRestored(scene, { kind: 'latest' }, { ...choice, name: 'latest' }));
    }));

  it('goes on with such a restore after a kill in the middle of it', () =>
    scene.headwater.witness(async () => {
      const { api, restore } = scene.headwater;
      const delivery = { kind: 'directory', path: scene.headwater.target('killed') } as const;
      const request = { deploymentId: 'rs0', target: { kind: 'latest' }, delivery } as const;
      const { job: accepted } = await api.request(request, 'killed');
      await eventually(
        async () => {
          const { state, progress } = await api.job(accepted.id);
          return state === 'Materializing' && progress.bytesDone > 0;
        },
        { deadlineMs: 120_000, pauseMs: 10, describe: 'the parts to be loaded' },
      );
      await restore.kill9();
      await restore.start();
      const job = await api.finished(accepted.id);
      expect(job.resumptions).toBe(1);
      expectEqual(await compareJob(scene, job, { copyWindow: true }));
    }));
});
