import { mkdir, readdir, rename, rm, rmdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RestoreJobBody, RestoreVerification } from '@headwater/contracts';
import type { Position } from '@headwater/oplog';
import { eventually } from '@headwater/testing';
import { restoreErrors } from '../restore-errors.js';
import { BoardScene } from '../spec-support/board.js';
import { plannedJob, recordOf } from '../spec-support/jobs.js';
import { Announcements } from './announcements.js';
import type { JobBoard } from '../records/job-board.js';
import { JobQueue } from '../admission/job-queue.js';
import { targetOf } from '../delivery/job-target.js';
import { JobWork } from './job-work.js';
import { RestoreJobs } from './restore-jobs.js';

const ts = { t: 100, i: 1 };
const verification: RestoreVerification = {
  ...{ method: 'open', filesVerified: 1, bytesVerified: 1, oplogTop: ts, minvalidBegin: ts },
  ...{ mongodVersion: '6.0.5', collections: [] },
};
const code = (error: { code: string }) => expect.objectContaining({ code: error.code }) as unknown;

/** The work of a job as far as the jobs know of it: it notes its states, makes a file, and ends when it is told to. */
class Workshop {
  readonly begun: string[] = [];
  private readonly gates = new Map<string, { open: () => void; fail: (error: Error) => void }>();

  constructor(private readonly board: JobBoard) {}

  async run(id: string, directory: string, signal: AbortSignal): Promise<void> {
    await this.board.note(id, { kind: 'entered', state: 'Materializing' });
    await mkdir(directory, { recursive: true });
    await writeFile(join(directory, 'WiredTiger'), id);
    this.begun.push(id);
    await new Promise<void>((open, fail) => {
      const stopped = (): void => {
        fail(signal.reason as Error);
      };
      if (signal.aborted) stopped();
      signal.addEventListener('abort', stopped);
      this.gates.set(id, { open, fail });
    });
    await this.board.note(id, { kind: 'replayed', restoredTo: ts, entries: 1 });
    await this.board.note(id, { kind: 'verified', verification });
    await this.board.note(id, { kind: 'entered', state: 'Ready' });
  }

  async finish(id: string): Promise<void> {
    await this.reached(id);
    this.gates.get(id)?.open();
  }

  async break(id: string, error: Error): Promise<void> {
    await this.reached(id);
    this.gates.get(id)?.fail(error);
  }

  async reached(id: string): Promise<void> {
    await eventually(() => this.gates.has(id), { describe: `the work on ${id}` });
  }
}

interface Process {
  readonly board: JobBoard;
  readonly jobs: RestoreJobs;
  readonly workshop: Workshop;
}

describe('restore jobs', () => {
  let scene: BoardScene;
  let service: Process;

  beforeEach(async () => {
    scene = await BoardScene.open();
    service = await start();
  });
  afterEach(async () => {
    await service.jobs.stop();
    await scene.close();
  });

  /** A process of the service at its start. */
  async function start(): Promise<Process> {
    const { clock, logger, publisher } = scene;
    const board = await scene.board();
    const workshop = new Workshop(board);
    const announcements = new Announcements(publisher, logger);
    const work = new JobWork({ run: workshop, board, announcements, clock, logger });
    const queue = new JobQueue({ jobs: 1, cacheMiB: 512, jobCacheMiB: 512, reserveBytes: 0 });
    const jobs = new RestoreJobs({ board, queue, work, clock, logger });
    await jobs.activate();
    return { board, jobs, workshop };
  }

  const pathOf = (id: string): string => join(scene.home.path, 'targets', id);

  async function request(id: string, neededBytes = 0, replayedTo: Position | null = null): Promise<void> {
    const { board, jobs } = service;
    const job = plannedJob({ id, delivery: { kind: 'directory', path: pathOf(id) } });
    const sequence = board.nextSequence();
    await board.add(recordOf(job, { sequence, made: pathOf(id), neededBytes, replayedTo, accepted: false }));
    await targetOf(board.record(id)).take();
    await board.amend(id, { accepted: true });
    jobs.enqueue(id);
  }

  async function ended(id: string, state: RestoreJobBody['state']): Promise<RestoreJobBody> {
    const isOver = () => (service.board.record(id).open ? null : service.board.find(id));
    const job = await eventually(isOver, { describe: `the end of ${id}` });
    expect(job.state).toBe(state);
    return job;
  }

  const targets = (): Promise<string[]> => readdir(join(scene.home.path, 'targets')).catch(() => []);

  it('run in their order, and deliver', async () => {
    await request('a');
    await request('b');
    await service.workshop.reached('a');
    await eventually(() => service.board.find('b')?.waitsFor === 'turn');
    await service.workshop.finish('a');
    await ended('a', 'Delivered');
    await service.workshop.finish('b');
    expect(await ended('b', 'Delivered')).not.toHaveProperty('waitsFor');
    expect(service.workshop.begun).toEqual(['a', 'b']);
    expect(await readdir(pathOf('b'))).toEqual(['WiredTiger']);
  });

  it('fail with the cause, leave nothing, and give the next one its turn', async () => {
    await request('a');
    await request('b');
    await service.workshop.break('a', restoreErrors.verificationFailed('wrong'));
    expect(await ended('a', 'Failed')).toMatchObject({ error: { code: 'RESTORE-10008', message: 'wrong' } });
    await service.workshop.reached('b');
    expect(await targets()).toEqual(['b']);
  });

  it('are cancelled while they run and while they wait, however often it is asked for', async () => {
    await request('a');
    await request('b');
    await service.workshop.reached('a');
    const answers = await Promise.all(['b', 'a', 'a', 'b'].map((id) => service.jobs.cancel(id)));
    for (const answer of answers) expect(answer.cancelRequestedAt).toBeDefined();
    await ended('a', 'Cancelled');
    await ended('b', 'Cancelled');
    expect((await service.jobs.cancel('b')).state).toBe('Cancelled');
    expect(service.workshop.begun).toEqual(['a']);
    expect(await targets()).toEqual([]);
  });

  it('are not cancelled when they have ended otherwise, or are not known', async () => {
    await request('a');
    await service.workshop.finish('a');
    await ended('a', 'Delivered');
    await expect(service.jobs.cancel('a')).rejects.toEqual(code(restoreErrors.tooLateToCancel('')));
    await expect(service.jobs.cancel('x')).rejects.toEqual(code(restoreErrors.unknownJob('')));
    expect(await readdir(pathOf('a'))).toEqual(['WiredTiger']);
  });

  it('go on in the next process when the service is stopped, in the same order, and nothing is removed', async () => {
    for (const id of ['a', 'b', 'c']) await request(id);
    await service.workshop.reached('a');
    await service.jobs.stop();
    expect(await readdir(targetOf(service.board.record('a')).dataDirectory)).toEqual(['WiredTiger']);
    service = await start();
    for (const id of ['a', 'b', 'c']) {
      await service.workshop.finish(id);
      expect(await ended(id, 'Delivered')).toMatchObject({ resumptions: 1 });
    }
    expect(service.workshop.begun).toEqual(['a', 'b', 'c']);
  });

  it('end as they were about to when the process ended: cancelled, failed, delivered, never accepted', async () => {
    const { board, jobs } = service;
    for (const id of ['working', 'cancelled', 'failed', 'delivered', 'untold']) await request(id);
    await service.workshop.reached('working');
    await jobs.stop();
    await board.note('cancelled', { kind: 'cancel-requested', at: scene.clock.now() });
    const error = { code: 'X-1', message: 'm', solution: 's' };
    await board.amend('failed', { ending: { kind: 'failed', error } });
    await targetOf(board.record('failed')).discard();
    await board.note('delivered', { kind: 'verified', verification });
    await board.note('delivered', { kind: 'replayed', restoredTo: ts, entries: 1 });
    const target = targetOf(board.record('delivered'));
    await mkdir(target.dataDirectory);
    await writeFile(join(target.dataDirectory, 'WiredTiger'), '');
    await target.deliver(board.record('delivered').job);
    await board.amend('untold', { accepted: false });

    service = await start();
    await ended('cancelled', 'Cancelled');
    expect(await ended('failed', 'Failed')).toMatchObject({ error });
    await ended('delivered', 'Delivered');
    expect(service.board.find('untold')).toBeNull();
    expect((await targets()).sort()).toEqual(['delivered', 'working']);
    expect(await readdir(pathOf('delivered'))).toEqual(['WiredTiger']);
  });

  it('are Delivered when the process ended while it tidied up behind a delivery', async () => {
    await request('a');
    await service.workshop.finish('a');
    await ended('a', 'Delivered');
    await service.jobs.stop();
    const { job } = service.board.record('a');
    const ready: RestoreJobBody = { ...job, state: 'Ready', finishedAt: null };
    const ending = { kind: 'delivered' } as const;
    await service.board.add(recordOf(ready, { made: pathOf('a'), ending }));
    service = await start();
    await ended('a', 'Delivered');
    expect(await readdir(pathOf('a'))).toEqual(['WiredTiger']);
  });

  it('fail when their directory vanished while no process had them', async () => {
    await request('a');
    await service.workshop.reached('a');
    await service.jobs.stop();
    await rm(pathOf('a'), { recursive: true });
    service = await start();
    expect(await ended('a', 'Failed')).toMatchObject({ error: { code: 'RESTORE-10014' } });
  });

  it('fail when their directory vanished, or another stands in its place, while they waited; none is made again', async () => {
    for (const id of ['a', 'gone', 'swapped']) await request(id);
    await service.workshop.reached('a');
    await rm(pathOf('gone'), { recursive: true });
    await rename(pathOf('swapped'), pathOf('elsewhere'));
    await symlink(pathOf('elsewhere'), pathOf('swapped'));
    await service.workshop.finish('a');
    for (const id of ['gone', 'swapped']) {
      expect(await ended(id, 'Failed')).toMatchObject({ error: { code: 'RESTORE-10014' } });
    }
    expect(service.workshop.begun).toEqual(['a']);
    expect(await targets()).not.toContain('gone');
  });

  it('end when it can be recorded again: failed ones, and those that are cancelled while they wait', async () => {
    await request('a');
    await request('b');
    await service.workshop.reached('a');
    // Nothing replaces a file by this name.
    const records = ['a', 'b'].map((id) => join(scene.home.path, `${id}.job.json`));
    for (const record of records) {
      await rm(record);
      await mkdir(record);
    }
    await expect(service.jobs.cancel('b')).rejects.toBeDefined();
    await service.workshop.break('a', restoreErrors.verificationFailed('wrong'));
    await eventually(() => service.jobs.counts.running === 0);
    expect(service.jobs.counts.waiting).toBe(0);
    for (const record of records) await rmdir(record);
    await scene.clock.advance(5000);
    expect(await ended('a', 'Failed')).toMatchObject({ error: { message: 'wrong' } });
    await ended('b', 'Cancelled');
    expect(await targets()).toEqual([]);
  });

  it('go on when their files are made, whatever a whole restore would need', async () => {
    await request('a', Number.MAX_SAFE_INTEGER, { ts, term: 1 });
    await service.workshop.finish('a');
    await ended('a', 'Delivered');
  });

  it('fail when no room can come any more, instead of waiting for ever', async () => {
    await request('a', Number.MAX_SAFE_INTEGER);
    expect(await ended('a', 'Failed')).toMatchObject({ error: { code: 'RESTORE-10007' } });
    expect(await targets()).toEqual([]);
  });

  it('wait for what an earlier one may still write, and begin when it has ended', async () => {
    await request('a');
    await service.workshop.reached('a');
    await request('b', Number.MAX_SAFE_INTEGER);
    await eventually(() => service.board.find('b')?.waitsFor === 'disk');
    await service.workshop.finish('a');
    await ended('a', 'Delivered');
    expect(await ended('b', 'Failed')).toMatchObject({ error: { code: 'RESTORE-10007' } });
  });

  it('are nobody’s while the service is not active', async () => {
    await request('a');
    await service.jobs.stop();
    await expect(service.jobs.cancel('a')).rejects.toEqual(code(restoreErrors.notActive('')));
  });
});
