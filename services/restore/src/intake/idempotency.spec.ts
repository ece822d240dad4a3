import { restoreErrors } from '../restore-errors.js';
import { BoardScene } from '../spec-support/board.js';
import { plannedJob, recordOf } from '../spec-support/jobs.js';
import { IdempotentRequests } from './idempotency.js';
import type { JobBoard } from '../records/job-board.js';
import type { RequestKey } from '../records/job-record.js';

describe('an Idempotency-Key', () => {
  let scene: BoardScene;
  let board: JobBoard;
  let made = 0;
  beforeEach(async () => {
    scene = await BoardScene.open();
    board = await scene.board();
    made = 0;
  });
  afterEach(() => scene.close());

  const make = async (key: RequestKey | null) => {
    const job = plannedJob({ id: `r${(made += 1)}` });
    await board.add(recordOf(job, { sequence: made, key }));
    return job;
  };
  const ask = async (key: string | undefined, body: unknown) =>
    (await new IdempotentRequests(board, scene.clock).once(key, body, make)).id;

  it('gives one job to all requests under it, also at the same time and after a restart, for a day', async () => {
    const requests = new IdempotentRequests(board, scene.clock);
    const asked = [1, 2].map(() => requests.once('k', { a: 1 }, make));
    expect((await Promise.all(asked)).map(({ id }) => id)).toEqual(['r1', 'r1']);
    expect(await requests.once('k', { a: 1 }, make)).toMatchObject({ id: 'r1' });
    board = await scene.board();
    await board.recover();
    expect(await ask('k', { a: 1 })).toBe('r1');
    await scene.clock.advance(24 * 60 * 60 * 1000 + 1);
    expect(await ask('k', { a: 1 })).toBe('r2');
  });

  it('answers with what the job is by now', async () => {
    await ask('k', {});
    await board.note('r1', { kind: 'entered', state: 'Replaying' });
    const requests = new IdempotentRequests(board, scene.clock);
    expect(await requests.once('k', {}, make)).toMatchObject({ id: 'r1', state: 'Replaying' });
  });

  it('is refused for another body, and not remembered for a request that failed', async () => {
    const requests = new IdempotentRequests(board, scene.clock);
    const failing = requests.once('k', { a: 1 }, () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
    expect(await ask('k', { a: 2 })).toBe('r1');
    await expect(ask('k', { a: 3 })).rejects.toMatchObject({
      code: restoreErrors.idempotencyKeyReused.code,
    });
  });

  it('is not needed', async () => {
    expect([await ask(undefined, {}), await ask(undefined, {})]).toEqual(['r1', 'r2']);
  });
});
