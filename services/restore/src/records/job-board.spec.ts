import { mkdir, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BoardScene } from '../spec-support/board.js';
import { plannedJob, recordOf } from '../spec-support/jobs.js';

const job = (id: string, change = {}) => plannedJob({ id, ...change });

describe('a job board', () => {
  let scene: BoardScene;
  beforeEach(async () => {
    scene = await BoardScene.open();
  });
  afterEach(() => scene.close());

  it('finds its jobs again though the process and the bus are lost, in the order in which they were asked for', async () => {
    const board = await scene.board();
    await board.add(recordOf(job('b'), { sequence: 1 }));
    await board.add(recordOf(job('a'), { sequence: 2 }));
    await board.note('b', { kind: 'entered', state: 'Materializing' });
    await scene.loseBus();
    const next = await scene.board();
    expect((await next.recover()).map((one) => one.job.id)).toEqual(['b', 'a']);
    expect(next.find('b')).toMatchObject({ state: 'Materializing' });
    expect(next.all().map(({ id }) => id)).toEqual(['a', 'b']);
    expect(next.nextSequence()).toBe(3);
  });

  it('takes over what only the bus knows of this host, and believes its own record before the bus', async () => {
    const board = await scene.board();
    await board.add(recordOf(job('r1')));
    await board.add(recordOf(job('r2')));
    const files = (await readdir(scene.home.path)).filter((name) => name.startsWith('r2'));
    for (const name of files) await writeFile(join(scene.home.path, name), '{"half');
    await board.note('r1', { kind: 'entered', state: 'Replaying' });
    const next = await scene.board();
    expect((await next.recover()).map((one) => one.job.id)).toEqual(['r1', 'r2']);
    expect(next.find('r1')).toMatchObject({ state: 'Replaying' });
    const [kept = ''] = (await readdir(scene.home.path)).filter((name) => name.endsWith('.unreadable'));
    expect(await readFile(join(scene.home.path, kept), 'utf8')).toBe('{"half');
  });

  it('knows where the directory of a job is that only the bus knows, symbolic links followed', async () => {
    const [real, link] = ['real', 'link'].map((name) => join(scene.home.path, name)) as [string, string];
    await mkdir(real);
    await symlink(real, link);
    const board = await scene.board();
    await board.add(recordOf(job('r1', { delivery: { kind: 'directory', path: link } })));
    await rm(join(scene.home.path, 'r1.job.json'));
    const [record] = await (await scene.board()).recover();
    expect(record?.place).toBe(await realpath(real));
  });

  it('says nothing of a job that is not accepted yet, to nobody', async () => {
    const board = await scene.board();
    await board.add(recordOf(job('r1'), { accepted: false }));
    expect([board.find('r1'), board.all(), await scene.onBus('r1')]).toEqual([null, [], null]);
    await board.amend('r1', { accepted: true });
    expect(board.find('r1')).toMatchObject({ state: 'Planned' });
    expect(await scene.onBus('r1')).toMatchObject({ state: 'Planned' });
  });

  it('loses no event of those that come at the same time', async () => {
    const board = await scene.board();
    await board.add(recordOf(job('r1')));
    await Promise.all([
      board.note('r1', { kind: 'entered', state: 'Materializing' }),
      board.note('r1', { kind: 'progressed', bytesDone: 40, etaSeconds: 1 }),
      board.note('r1', { kind: 'cancel-requested', at: scene.clock.now() }),
      board.amend('r1', { ending: { kind: 'cancelled' } }),
      board.note('r1', { kind: 'progressed', bytesDone: 50, etaSeconds: 1 }),
    ]);
    const wanted = { state: 'Materializing', progress: { bytesDone: 50 } };
    expect(board.find('r1')).toMatchObject({ ...wanted, cancelRequestedAt: '2026-11-24T08:00:00.000Z' });
    const next = await scene.board();
    const [record] = await next.recover();
    expect(record).toMatchObject({ ending: { kind: 'cancelled' }, job: { state: 'Materializing' } });
    expect(record?.job.cancelRequestedAt).toBeDefined();
  });

  it('goes on without the bus', async () => {
    const board = await scene.board();
    await scene.loseBus();
    await board.add(recordOf(job('r1')));
    await expect(board.note('r1', { kind: 'entered', state: 'Materializing' })).resolves.toMatchObject({
      state: 'Materializing',
    });
  });

  it('publishes progress about once a second', async () => {
    const board = await scene.board();
    await board.add(recordOf(job('r1')));
    await board.note('r1', { kind: 'progressed', bytesDone: 1, etaSeconds: null });
    expect((await scene.onBus('r1'))?.progress.bytesDone).toBe(0);
    await scene.clock.advance(1000);
    await board.note('r1', { kind: 'progressed', bytesDone: 2, etaSeconds: null });
    expect((await scene.onBus('r1'))?.progress.bytesDone).toBe(2);
  });

  it('forgets finished jobs when their time is over, on disk and on the bus, but none that is still open', async () => {
    const board = await scene.board();
    const ended = { state: 'Failed', finishedAt: '2026-10-01T00:00:00.000Z' };
    await board.add(recordOf(job('old', ended), { sequence: 1, open: false }));
    await board.add(recordOf(job('open', ended), { sequence: 2, open: true }));
    await board.setCollections('old', [{ ns: 'a.b', documents: 1 }]);
    await board.forgetSurplus();
    expect(board.all().map(({ id }) => id)).toEqual(['open']);
    expect(await scene.onBus('old')).toBeNull();
    expect((await readdir(scene.home.path)).filter((name) => name.startsWith('old'))).toEqual([]);
    const next = await scene.board();
    await next.recover();
    expect(next.find('old')).toBeNull();
  });

  it('keeps the collections of a job beside it', async () => {
    const board = await scene.board();
    const collections = [{ ns: 'a.b', documents: 3 }];
    expect(await board.collections('r1')).toBeNull();
    await board.setCollections('r1', collections);
    expect(await (await scene.board()).collections('r1')).toEqual(collections);
  });
});
