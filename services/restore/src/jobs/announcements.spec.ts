import { restoreCancelled, restoreCompleted, restoreFailed } from '@headwater/contracts';
import type { RestoreJobBody, RestoreVerification } from '@headwater/contracts';
import { JobQueue } from '../admission/job-queue.js';
import type { JobBoard } from '../records/job-board.js';
import { BoardScene } from '../spec-support/board.js';
import { plannedJob, recordOf } from '../spec-support/jobs.js';
import { Announcements } from './announcements.js';
import { JobEnds } from './job-ends.js';
import { JobWork } from './job-work.js';
import { RestoreJobs } from './restore-jobs.js';

const ts = { t: 100, i: 1 };
const finishedAt = '2026-11-24T08:00:11.000Z';
const verification: RestoreVerification = {
  ...{ method: 'open', filesVerified: 1, bytesVerified: 2, oplogTop: ts, minvalidBegin: ts },
  ...{ mongodVersion: '6.0.5', collections: [], collectionsTotal: 3, documentsTotal: 4 },
};

describe('the end of a restore', () => {
  let scene: BoardScene;
  let board: JobBoard;

  beforeEach(async () => {
    scene = await BoardScene.open();
    board = await scene.board();
  });
  afterEach(() => scene.close());

  function work(): JobWork {
    const { clock, logger, publisher } = scene;
    const announcements = new Announcements(publisher, logger);
    return new JobWork({ run: { run: () => Promise.resolve() }, board, announcements, clock, logger });
  }

  /** A job that has ended, and of whose end nobody was told. */
  async function over(change: Partial<RestoreJobBody>): Promise<void> {
    const path = `${scene.home.path}/target`;
    await board.add(
      recordOf(plannedJob({ finishedAt, delivery: { kind: 'directory', path }, ...change }), { place: path }),
    );
  }

  const refused = () => {
    scene.faults.add({ operation: 'produce', kind: 'fail-before', about: 'events', times: Infinity });
  };

  it('is told with what a subscriber wants to know of it', async () => {
    await over({ state: 'Delivered', restoredTo: ts, verification });
    await work().close('r1');
    const known = { restoreId: 'r1', path: `${scene.home.path}/target`, host: 'h', chain: 'c1', finishedAt };
    expect(await scene.newestEvent(restoreCompleted)).toEqual({
      ...{ ...known, deployment: 'd', restoredTo: ts, createdAt: '2026-11-24T08:00:00.000Z' },
      verification: {
        ...{ method: 'open', mongodVersion: '6.0.5', filesVerified: 1, bytesVerified: 2 },
        ...{ collections: 3, documents: 4 },
      },
    });
    const error = { code: 'RESTORE-10008', message: 'wrong', solution: 'Do not use the files.' };
    await over({ state: 'Failed', error });
    await work().close('r1');
    const failed = { ...known, code: 'RESTORE-10008', reason: 'wrong' };
    expect(await scene.newestEvent(restoreFailed)).toMatchObject(failed);
    await over({ state: 'Cancelled' });
    await work().close('r1');
    expect(await scene.newestEvent(restoreCancelled)).toMatchObject(known);
  });

  it('is told as soon as the bus takes it, and the job is over only then', async () => {
    await over({ state: 'Delivered', restoredTo: ts, verification });
    const ends = new JobEnds({ board, work: work(), logger: scene.logger });
    refused();
    await ends.conclude('r1', { kind: 'delivered' });
    expect(board.record('r1').open).toBe(true);
    await Promise.all(ends.again());
    scene.faults.clear();
    expect(await scene.newestEvent(restoreCompleted)).toBeNull();
    await Promise.all(ends.again());
    expect(board.record('r1').open).toBe(false);
    expect(await scene.newestEvent(restoreCompleted)).toMatchObject({ restoreId: 'r1' });
    expect(ends.again()).toEqual([]);
  });

  it('is told by a later process, also where the bus takes nothing at its start', async () => {
    await over({ state: 'Delivered', restoredTo: ts, verification });
    board = await scene.board();
    const queue = new JobQueue({ jobs: 1, cacheMiB: 512, jobCacheMiB: 512, reserveBytes: 0 });
    const { clock, logger } = scene;
    const jobs = new RestoreJobs({ board, queue, work: work(), clock, logger });
    refused();
    await jobs.activate();
    scene.faults.clear();
    await clock.advance(5000);
    await jobs.stop();
    expect(await scene.newestEvent(restoreCompleted)).toMatchObject({ restoreId: 'r1' });
  });
});
