import { readdir, rm } from 'node:fs/promises';
import type { RestoreJobBody, RestoreJobStateName, RestoreRequest } from '@headwater/contracts';
import { eventually, markOplog } from '@headwater/testing';
import { compareJob } from './harness/comparison.js';
import { processesBelow } from './harness/leftovers.js';
import { ProtectedSet } from './harness/protected-set.js';
import { writesPassed } from './harness/writes-passed.js';
import { describeOnPair } from './spec-support/describe-on-pair.js';

describeOnPair('a restore service that ends during a restore', () => {
  let scene: ProtectedSet;

  beforeAll(async () => {
    scene = await ProtectedSet.start({ fillerMiB: 60 });
    await scene.headwater.witness(() => scene.headwater.snapshotsSealed(1));
    await writesPassed(scene.writer, 1000);
    await scene.writer.stop();
    await scene.headwater.bus.archived(await markOplog(scene.source));
  });
  afterAll(() => scene.stop());

  const requestTo = (path: string): RestoreRequest => ({
    deploymentId: 'rs0',
    target: { kind: 'latest' },
    delivery: { kind: 'directory', path },
  });

  /** The job after its end: delivered, with files that equal the source, and nothing else left anywhere. */
  async function expectEqual(before: RestoreJobBody): Promise<RestoreJobBody> {
    const { api } = scene.headwater;
    const job = await api.finished(before.id);
    expect(job).toMatchObject({ id: before.id, state: 'Delivered', plan: before.plan });
    expect(job.restoredTo).toEqual(job.verification?.oplogTop);
    const { path } = job.delivery;
    expect(await readdir(path)).not.toContain('.headwater-restore');
    expect(await processesBelow(path)).toEqual([]);
    expect((await compareJob(scene, job)).differences).toEqual([]);
    return job;
  }

  it.each(['Materializing', 'Replaying', 'Preparing', 'Verifying', 'Ready'] as const)(
    'killed in state %s, goes on with it at its next start: the same job, and files that equal the source',
    (state) =>
      scene.headwater.witness(async () => {
        const { api, restore } = scene.headwater;
        const { job } = await api.request(requestTo(scene.headwater.target(`killed-${state}`)));
        // Short states are seen or passed: the kill comes at some moment after the one before.
        await (state === 'Preparing' || state === 'Ready'
          ? passed(state, job)
          : scene.headwater.api.reached(state, job));
        await restore.kill9();
        await restore.start();
        const { resumptions = 0, finishedAt } = await expectEqual(job);
        if (state === 'Materializing' || state === 'Replaying') expect(resumptions).toBe(1);
        expect(finishedAt).not.toBeNull();
      }),
  );

  /** The job is in that state, or beyond it. */
  async function passed(state: RestoreJobStateName, { id }: RestoreJobBody): Promise<void> {
    const order = ['Planned', 'Materializing', 'Replaying', 'Preparing', 'Verifying', 'Ready', 'Delivered'];
    const isThere = async (): Promise<boolean> =>
      order.indexOf((await scene.headwater.api.job(id)).state) >= order.indexOf(state);
    await eventually(isThere, { deadlineMs: 120_000, pauseMs: 2, describe: `the restore to pass ${state}` });
  }

  it('stopped by SIGTERM, ends its mongod within seconds and goes on at its next start', () =>
    scene.headwater.witness(async () => {
      const { api, restore } = scene.headwater;
      const path = scene.headwater.target('stopped');
      const { job } = await api.request(requestTo(path));
      await scene.headwater.api.reached('Replaying', job);
      await restore.stop();
      expect(await processesBelow(path)).toEqual([]);
      expect(await readdir(path)).toEqual(['.headwater-restore']);
      await restore.start();
      expect(await expectEqual(job)).toMatchObject({ resumptions: 1 });
    }));

  it('goes on with all of its jobs in their order, though the bus forgot them, and knows their keys', () =>
    scene.headwater.witness(async () => {
      const { api, restore } = scene.headwater;
      await restore.stop();
      await restore.start({ HEADWATER_RESTORE_MAX_JOBS: '1' });
      const names = ['first', 'second', 'third'];
      const jobs: RestoreJobBody[] = [];
      for (const name of names) {
        const { job } = await api.request(requestTo(scene.headwater.target(name)), `key-${name}`);
        jobs.push(job);
      }
      const [first] = jobs;
      if (first === undefined) throw new Error('no job');
      await scene.headwater.api.reached('Materializing', first);
      await restore.kill9();
      // Another bus: nothing of the jobs is on it.
      await restore.start(scene.headwater.pair.emptyBusEnvironment());
      const again = await api.request(requestTo(scene.headwater.target('second')), 'key-second');
      expect(again.job.id).toBe(jobs[1]?.id);
      const ended: RestoreJobBody[] = [];
      for (const job of jobs) ended.push(await expectEqual(job));
      const times = ended.map(({ finishedAt }) => finishedAt);
      expect(times).toEqual([...times].sort());
    }));

  it('fails a job whose directory vanished meanwhile, and says so', () =>
    scene.headwater.witness(async () => {
      const { api, restore } = scene.headwater;
      const path = scene.headwater.target('vanished');
      const { job } = await api.request(requestTo(path));
      await scene.headwater.api.reached('Materializing', job);
      await restore.kill9();
      await rm(path, { recursive: true });
      await restore.start();
      const failed = await api.finished(job.id);
      expect(failed).toMatchObject({ state: 'Failed', error: { code: 'RESTORE-10014' } });
      expect(failed.error?.message).toContain(path);
    }));
});
