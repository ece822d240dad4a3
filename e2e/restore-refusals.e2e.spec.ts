import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RestoreRequest, RestoreTarget, RestoreWindowBody } from '@headwater/contracts';
import type { OplogTimestamp } from '@headwater/oplog';
import { markOplog } from '@headwater/testing';
import { keysIn } from './harness/pair.js';
import { ProtectedSet } from './harness/protected-set.js';
import type { Problem, RestoreApi } from './harness/restore-api.js';
import { withRestored } from './harness/restored-files.js';
import { TinyDisk } from './harness/tiny-disk.js';
import { writesPassed } from './harness/writes-passed.js';
import { describeOnPair } from './spec-support/describe-on-pair.js';

const later = (ts: OplogTimestamp, seconds: number): OplogTimestamp => ({ t: ts.t + seconds, i: 1 });
const at = ({ t, i }: OplogTimestamp): RestoreTarget => ({ kind: 'timestamp', t, i });
const second = (t: number): RestoreTarget => ({ kind: 'time', time: new Date(t * 1000).toISOString() });

describeOnPair('a restore that cannot be done', () => {
  let scene: ProtectedSet;
  let api: RestoreApi;
  let window: RestoreWindowBody;
  let before: unknown;

  beforeAll(async () => {
    scene = await ProtectedSet.start();
    const { headwater, writer, source } = scene;
    ({ api } = headwater);
    await headwater.witness(() => headwater.snapshotsSealed(1));
    await writesPassed(writer, 500);
    await writer.stop();
    await headwater.bus.archived(await markOplog(source));
    // The archive ends here.
    for (const service of [headwater.agent, headwater.ingest, headwater.snapshotBuilder])
      await service.stop();
    const [only] = await api.windows();
    if (only === undefined) throw new Error('no window');
    window = only;
  });
  afterAll(() => scene.stop());

  const root = (): string => scene.headwater.target('.');
  const requestFor = (target: RestoreTarget, path = join(root(), 'refused')): RestoreRequest => ({
    deploymentId: 'rs0',
    target,
    delivery: { kind: 'directory', path },
  });

  /** Everything that a restore could write: files, jobs, objects. */
  async function everything(): Promise<unknown> {
    const files = await readdir(root(), { recursive: true });
    return { files: files.sort(), objects: await keysIn(scene.headwater.pair.store), jobs: await api.jobs() };
  }

  /** The problem, after it was seen that nothing was written. */
  async function refused(body: unknown): Promise<Problem> {
    before = await everything();
    const problem = await api.refusal(body);
    expect(await everything()).toEqual(before);
    return problem;
  }

  async function expectRestorable(ts: OplogTimestamp, name: string): Promise<void> {
    const path = join(root(), name);
    const job = await api.restored(requestFor(at(ts), path));
    expect(job.restoredTo).toEqual(ts);
    const differences = await withRestored(path, scene.binary, (client) => scene.writer.verify(client, ts));
    expect(differences).toEqual([]);
  }

  it('is refused before the first window, and names the first moment, which is restorable', () =>
    scene.headwater.witness(async () => {
      const problem = await refused(requestFor(at(later(window.from, -1000))));
      expect(problem).toMatchObject({ status: 422, code: 'RESTORE-10002', reason: 'before-windows' });
      expect(problem).toMatchObject({ nearestBefore: null, nearestAfter: window.from });
      expect(problem.solution).toBeTruthy();
      await expectRestorable(window.from, 'nearest-after');
    }));

  it('is refused after the last window, and names the last moment, which is restorable', () =>
    scene.headwater.witness(async () => {
      for (const target of [at(later(window.to, 1000)), second(window.to.t + 1000)]) {
        const problem = await refused(requestFor(target));
        expect(problem).toMatchObject({ status: 422, code: 'RESTORE-10002', reason: 'after-windows' });
        expect(problem).toMatchObject({ nearestBefore: window.to, nearestAfter: null });
      }
      await expectRestorable(window.to, 'nearest-before');
    }));

  it('is refused for a second that is not complete', () =>
    scene.headwater.witness(async () => {
      const problem = await refused(requestFor(second(window.to.t)));
      expect(problem).toMatchObject({ status: 422, reason: 'second-incomplete', nearestBefore: window.to });
    }));

  it('is refused for a deployment, a snapshot or a chain that nobody knows', () =>
    scene.headwater.witness(async () => {
      const latest: RestoreTarget = { kind: 'latest' };
      const unknown = await refused({ ...requestFor(latest), deploymentId: 'nobody' });
      expect(unknown).toMatchObject({ status: 404, code: 'RESTORE-10001' });
      expect(unknown.detail).toContain('nobody');
      const snapshot = await refused(requestFor({ kind: 'snapshot', snapshotId: 'no-such-snapshot' }));
      expect(snapshot).toMatchObject({ status: 422, reason: 'unknown-snapshot' });
      const chain = await refused({ ...requestFor(latest), chain: 'no-such-chain' });
      expect(chain).toMatchObject({ status: 422, reason: 'unknown-chain' });
    }));

  it('is refused for a directory that is not empty, whose files stay', () =>
    scene.headwater.witness(async () => {
      const path = join(root(), 'full');
      await mkdir(path);
      await writeFile(join(path, 'precious'), '');
      const problem = await refused(requestFor(at(window.to), path));
      expect(problem).toMatchObject({ status: 409, code: 'RESTORE-10004' });
      expect(problem.detail).toContain('precious');
    }));

  it('is refused for a path on which no directory can be made', () =>
    scene.headwater.witness(async () => {
      const file = join(root(), 'file');
      await writeFile(file, '');
      const below = await refused(requestFor(at(window.to), join(file, 'restored')));
      expect(below).toMatchObject({ status: 422, code: 'RESTORE-10005' });
      // Whoever may write everywhere learns that there is no room on /proc.
      const proc = await refused(requestFor(at(window.to), '/proc/headwater-e2e'));
      expect(['RESTORE-10005', 'RESTORE-10007']).toContain(proc.code);
    }));

  it.each([
    ['a fraction of a second', { target: { kind: 'time', time: '2026-11-23T08:00:00.5Z' } }, /timestamp/],
    ['a time without its zone', { target: { kind: 'time', time: '2026-11-23T08:00:00' } }, /zone/],
    ['a negative timestamp', { target: { kind: 'timestamp', t: -1, i: 0 } }, /target\/t:/],
    ['a target of no kind', { target: { kind: 'yesterday' } }, /kind/],
    ['no target', { target: undefined }, /target/],
    ['a relative path', { delivery: { kind: 'directory', path: 'restored' } }, /absolute/],
    ['an unknown field', { speed: 'high' }, /speed/],
  ])('is refused for %s, which the problem names', (_what, change, named) =>
    scene.headwater.witness(async () => {
      const problem = await refused({ ...requestFor(at(window.to)), ...change });
      expect(problem.status).toBe(400);
      expect(JSON.stringify(problem)).toMatch(named);
    }),
  );

  it('is refused for a body that is no request at all', () =>
    scene.headwater.witness(async () => {
      for (const body of ['', '{', '[]', '"latest"', 'null']) {
        expect([body, (await refused(body)).status]).toEqual([body, 400]);
      }
    }));

  const withMounts = TinyDisk.available() ? it : it.skip;

  withMounts('is refused where the disk has too little room, with both numbers', () =>
    scene.headwater.witness(async () => {
      const disk = new TinyDisk(join(root(), 'tiny'), 'size=64m');
      try {
        const problem = await refused(requestFor(at(window.to), join(disk.path, 'restored')));
        expect(problem).toMatchObject({ status: 507, code: 'RESTORE-10007' });
        expect(problem['freeBytes']).toBeLessThanOrEqual(64 * 1024 * 1024);
        const [snapshot] = await api.snapshots();
        expect(problem['neededBytes']).toBeGreaterThan(snapshot?.sizeBytes ?? Infinity);
      } finally {
        disk.unmount();
      }
    }),
  );

  withMounts('is refused where nothing can be written', () =>
    scene.headwater.witness(async () => {
      const disk = new TinyDisk(join(root(), 'read-only'), 'ro');
      try {
        const problem = await refused(requestFor(at(window.to), join(disk.path, 'restored')));
        expect(problem).toMatchObject({ status: 422, code: 'RESTORE-10005' });
      } finally {
        disk.unmount();
      }
    }),
  );

  it('is refused outside of the root that restores are bound to, links included', () =>
    scene.headwater.witness(async () => {
      const { restore } = scene.headwater;
      const bound = join(root(), 'bound');
      await mkdir(bound);
      await symlink(root(), join(bound, 'link'));
      await restore.stop();
      await restore.start({ HEADWATER_RESTORE_ROOT: bound });
      for (const path of [
        join(root(), 'outside'),
        `${bound}/../outside`,
        join(bound, 'link', 'outside'),
        bound,
      ]) {
        const problem = await refused(requestFor(at(window.to), path));
        expect([path, problem.code]).toEqual([path, 'RESTORE-10006']);
      }
      await restore.stop();
      await restore.start({ HEADWATER_RESTORE_ROOT: root() });
    }));

  it('is one job, however often it is asked for under one Idempotency-Key', () =>
    scene.headwater.witness(async () => {
      const request = requestFor(at(window.from), join(root(), 'once'));
      const answers = await Promise.all([1, 2, 3].map(() => api.request(request, 'key-1')));
      answers.push(await api.request(request, 'key-1'));
      const ids = new Set(answers.map(({ job }) => job.id));
      expect(ids.size).toBe(1);
      const [{ job, location, retryAfter } = {}] = answers;
      expect(location).toBe(`/v1/restores/${job?.id ?? ''}`);
      expect(Number(retryAfter)).toBeGreaterThan(0);

      const other = await api.refusal(requestFor(at(window.to), join(root(), 'twice')), 'key-1');
      expect(other).toMatchObject({ status: 422, code: 'RESTORE-10010' });
      expect((await api.finished(job?.id ?? '')).state).toBe('Delivered');
      expect((await api.jobs()).filter(({ delivery }) => delivery.path.endsWith('once'))).toHaveLength(1);
      // Without the key the directory is not empty any more.
      expect(await refused(request)).toMatchObject({ status: 409 });
    }));
});
