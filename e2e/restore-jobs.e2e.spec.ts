import { readdir } from 'node:fs/promises';
import type { RestoreRequest } from '@headwater/contracts';
import { eventually, markOplog } from '@headwater/testing';
import { compareJob } from './harness/comparison.js';
import { processesBelow } from './harness/leftovers.js';
import { ProtectedSet } from './harness/protected-set.js';
import type { Refused } from './harness/restore-api.js';
import { writesPassed } from './harness/writes-passed.js';
import { describeOnPair } from './spec-support/describe-on-pair.js';

describeOnPair('restore jobs', () => {
  let scene: ProtectedSet;

  beforeAll(async () => {
    scene = await ProtectedSet.start({
      fillerMiB: 60,
      environment: { HEADWATER_RESTORE_MAX_JOBS: '2', HEADWATER_RESTORE_TOTAL_CACHE_MIB: '512' },
    });
    await scene.headwater.witness(() => scene.headwater.snapshotsSealed(1));
    await writesPassed(scene.writer, 1000);
    await scene.writer.stop();
    await scene.headwater.bus.archived(await markOplog(scene.source));
  });
  afterAll(() => scene.stop());

  const requestTo = (name: string): RestoreRequest => ({
    deploymentId: 'rs0',
    target: { kind: 'latest' },
    delivery: { kind: 'directory', path: scene.headwater.target(name) },
  });
  const restoredFiles = (): Promise<string[]> => readdir(scene.headwater.target('.'));

  it('do what their dry run said, which writes nothing and uses up no key', () =>
    scene.headwater.witness(async () => {
      const { api } = scene.headwater;
      const before = { files: await restoredFiles(), jobs: await api.jobs() };
      const plan = await api.dryRun(requestTo('planned'), 'dry');
      expect({ files: await restoredFiles(), jobs: await api.jobs() }).toEqual(before);
      const refused = await api.refusal(
        { ...requestTo('planned'), target: { kind: 'timestamp', t: 1, i: 1 } },
        undefined,
        '?dryRun=true',
      );
      expect(refused).toMatchObject({ status: 422, reason: 'before-windows' });

      const { job: accepted } = await api.request(requestTo('planned'), 'dry');
      const job = await api.finished(accepted.id);
      expect(plan).toMatchObject({
        restoredTo: job.restoredTo,
        chain: job.plan.chain,
        base: { id: job.plan.base.id, kind: 'block' },
        slices: { count: job.plan.slices },
        mongod: { found: true, version: job.verification?.mongodVersion },
      });
      expect(plan.entries).toBeGreaterThanOrEqual(job.progress.entriesDone);
      expect(plan.bytesToWrite).toBeGreaterThanOrEqual(job.progress.bytesTotal);
      expect(plan.bytesFree).toBeGreaterThan(plan.bytesNeeded);
      expect((await compareJob(scene, job)).differences).toEqual([]);
      expect(await api.collections(job.id)).toEqual(job.verification?.collections);
    }));

  it.each(['Materializing', 'Replaying', 'Verifying'] as const)(
    'that are cancelled in state %s leave nothing, and are Cancelled however often that is asked for',
    (state) =>
      scene.headwater.witness(async () => {
        const { api } = scene.headwater;
        const request = requestTo(`cancelled-${state}`);
        const before = await restoredFiles();
        const { job } = await api.request(request);
        await scene.headwater.api.reached(state, job);
        const answers = await Promise.all([api.cancel(job.id), api.cancel(job.id)]);
        for (const answer of answers) expect(answer.id).toBe(job.id);
        const ended = await api.finished(job.id);
        expect(ended.state).toBe('Cancelled');
        expect(await restoredFiles()).toEqual(before);
        expect(await processesBelow(request.delivery.path)).toEqual([]);
        expect((await api.cancel(job.id)).state).toBe('Cancelled');
      }),
  );

  it('run beside each other within their bound, wait for their turn, and all equal the source', () =>
    scene.headwater.witness(async () => {
      const { api } = scene.headwater;
      const names = ['one', 'two', 'three', 'four'];
      const jobs = await Promise.all(names.map(async (name) => (await api.request(requestTo(name))).job));
      const taken = await api.refusal(requestTo('one/below'));
      expect(taken).toMatchObject({ status: 409, code: 'RESTORE-10013' });
      expect(await api.refusal(requestTo('one'))).toMatchObject({ status: 409 });

      const waiting = (await api.jobs()).filter(({ waitsFor }) => waitsFor !== undefined);
      expect(waiting.map(({ waitsFor }) => waitsFor)).toEqual(['turn', 'turn']);
      const [cancelled] = waiting;
      await api.cancel(cancelled?.id ?? '');

      let together = 0;
      const ended = await eventually(
        async () => {
          const all = await Promise.all(jobs.map(({ id }) => api.job(id)));
          const busy = all.filter(({ state }) => !['Planned', 'Delivered', 'Cancelled'].includes(state));
          together = Math.max(together, busy.length);
          return all.every(({ finishedAt }) => finishedAt !== null) ? all : null;
        },
        { deadlineMs: 240_000, pauseMs: 50, describe: 'the end of all restores' },
      );
      expect(together).toBe(2);
      expect(ended.filter(({ state }) => state === 'Cancelled').map(({ id }) => id)).toEqual([cancelled?.id]);
      for (const job of ended.filter(({ id }) => id !== cancelled?.id)) {
        expect((await compareJob(scene, job)).differences).toEqual([]);
      }
      const done = ended.find(({ state }) => state === 'Delivered');
      const refusal = await api.cancel(done?.id ?? '').catch((error: unknown) => error);
      expect((refusal as Refused).problem).toMatchObject({ status: 409, code: 'RESTORE-10015' });
    }));
});
