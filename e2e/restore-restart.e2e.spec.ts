import { readdir } from 'node:fs/promises';
import type { RestoreJobBody, RestoreJobStateName, RestoreRequest } from '@headwater/contracts';
import { eventually, markOplog } from '@headwater/testing';
import { compareRestored } from './harness/comparison.js';
import { processesBelow } from './harness/leftovers.js';
import { ProtectedSet } from './harness/protected-set.js';
import { writesPassed } from './harness/writes-passed.js';

describe('a restore service that is killed during a restore', () => {
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

  /** Kills the service when the job is in that state, and starts it again. */
  async function killedIn(state: RestoreJobStateName, job: RestoreJobBody): Promise<void> {
    const { api, restore } = scene.headwater;
    await eventually(async () => (await api.job(job.id)).state === state, {
      deadlineMs: 120_000,
      pauseMs: 5,
      describe: `the restore to be ${state}`,
    });
    await restore.kill9();
    await restore.start();
  }

  it.each(['Materializing', 'Replaying', 'Verifying'] as const)(
    'in state %s, has failed it as interrupted after its restart and removed its files and its mongod',
    (state) =>
      scene.headwater.witness(async () => {
        const { api } = scene.headwater;
        const path = scene.headwater.target(`killed-${state.toLowerCase()}`);
        const { job } = await api.request(requestTo(path));
        await killedIn(state, job);

        const failed = await api.job(job.id);
        expect(failed).toMatchObject({ state: 'Failed', error: { code: 'RESTORE-10009' } });
        expect(failed.error?.message).toContain('ended during this restore');
        expect(failed.finishedAt).not.toBeNull();
        expect(await readdir(path).catch(() => [])).toEqual([]);
        expect(await processesBelow(path)).toEqual([]);
      }),
  );

  it('fails every job that waited for its turn as well', () =>
    scene.headwater.witness(async () => {
      const { api } = scene.headwater;
      const paths = ['first', 'second'].map((name) => scene.headwater.target(`waiting-${name}`));
      const [first, second] = await Promise.all(paths.map((path) => api.request(requestTo(path))));
      if (first === undefined || second === undefined) throw new Error('no jobs');
      await eventually(async () => (await api.jobs()).some(({ state }) => state === 'Materializing'));
      await scene.headwater.restore.kill9();
      await scene.headwater.restore.start();
      for (const { job } of [first, second]) expect((await api.job(job.id)).state).toBe('Failed');
      for (const path of paths) expect(await readdir(path).catch(() => [])).toEqual([]);
    }));

  it('does the same request at the second attempt', () =>
    scene.headwater.witness(async () => {
      const name = 'killed-replaying';
      const { differences } = await compareRestored(scene, { kind: 'latest' }, { name });
      expect(differences).toEqual([]);
    }));
});
