import pLimit from 'p-limit';
import type { Clock } from '@headwater/clock';
import type { RestoreJobBody } from '@headwater/contracts';
import { messageOf } from '@headwater/errors';
import type { Logger } from '@headwater/service-kit';
import { tooSmall } from '../delivery/target-checks.js';
import { restoreErrors } from '../restore-errors.js';
import type { Verdict } from '../admission/admission.js';
import { reasonToEnd, tooLate } from './endings.js';
import { JobEnds } from './job-ends.js';
import type { JobBoard } from '../records/job-board.js';
import type { JobQueue, Wish } from '../admission/job-queue.js';
import type { JobRecord } from '../records/job-record.js';
import type { JobWork } from './job-work.js';
import { isFinished } from '../records/restore-job.js';

export interface RestoreJobsOptions {
  readonly board: JobBoard;
  readonly queue: JobQueue;
  readonly work: JobWork;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface Running {
  readonly stop: AbortController;
  /** Its files are being moved into place: it is not cancelled any more. */
  isDelivering: boolean;
}

/** How long a stop waits for what cannot be interrupted; a kill at any later moment loses nothing. */
const stopMillis = 8000;
/** How often it is looked whether a disk has room by now, for a job or for the record of its end, and whether the bus takes that. */
const diskLookMillis = 5000;

/** The restore jobs of this host: which run, which wait, and what ends them. */
export class RestoreJobs {
  private readonly running = new Map<string, Running>();
  /** Ids, in the order in which they were asked for. */
  private waiting: string[] = [];
  /** Jobs at work, and the ends of those that never began. */
  private readonly underWay = new Set<Promise<void>>();
  private readonly inTurn = pLimit(1);
  private stopping = new AbortController();
  private active = false;
  private readonly ends: JobEnds;

  constructor(private readonly options: RestoreJobsOptions) {
    this.ends = new JobEnds(options);
  }

  /** The host's restores are in this process' hands now: it goes on with what one before it left behind. */
  async activate(): Promise<void> {
    const { board, logger } = this.options;
    // Of an earlier assignment.
    await Promise.all(this.underWay);
    this.stopping = new AbortController();
    this.waiting = [];
    this.ends.forget();
    for (const record of await board.recover()) {
      await this.takeUp(record).catch((error: unknown) => {
        const fields = { logId: 'restore.unrecovered', restore: record.job.id, err: error };
        logger.error(fields, messageOf(error));
      });
    }
    this.active = true;
    void this.watchDisks(this.stopping.signal);
    await this.pump();
  }

  get isActive(): boolean {
    return this.active;
  }

  get counts(): { readonly running: number; readonly waiting: number } {
    return { running: this.running.size, waiting: this.waiting.length };
  }

  /** Work on the directories of jobs that must not meet another one's: admission and taking. */
  exclusively<T>(work: () => Promise<T>): Promise<T> {
    return this.inTurn(work);
  }

  /** What would become of a request now. */
  judge(wish: Wish): Promise<Verdict> {
    return this.options.queue.judge(
      this.recordsOf([...this.running.keys()]),
      this.recordsOf(this.waiting),
      wish,
    );
  }

  /** A job whose record is durable and whose directory is taken waits for its turn from now on. */
  enqueue(id: string): void {
    // Cancelled already by somebody who saw it on the bus.
    if (this.ends.of(id) !== null || isFinished(this.options.board.record(id).job)) return;
    this.waiting.push(id);
    void this.pump();
  }

  /**
   * Ends a job: its mongod is ended and its files are removed. Asking again changes nothing.
   *
   * @returns the job, which ends as Cancelled soon
   * @throws restoreErrors.notActive, unknownJob; tooLateToCancel (with state) when it has ended otherwise, or its files
   *   are being moved into place
   */
  async cancel(id: string): Promise<RestoreJobBody> {
    const { board, clock } = this.options;
    this.assertActive();
    const job = board.find(id);
    if (job === null) throw restoreErrors.unknownJob(`there is no restore ${id}`);
    if (job.state === 'Cancelled') return job;
    const running = this.running.get(id);
    const ending = this.ends.of(id);
    if (isFinished(job) || running?.isDelivering === true || ending?.kind === 'delivered') throw tooLate(job);
    const noted = board.note(id, { kind: 'cancel-requested', at: clock.now() });
    if (running !== undefined) {
      running.stop.abort(restoreErrors.cancelled(`restore ${id} was cancelled`));
    } else if (ending === null) {
      // It waits; or it was left behind by something that went wrong, and nothing else would end it.
      this.waiting = this.waiting.filter((other) => other !== id);
      this.follow(this.ends.conclude(id, { kind: 'cancelled' }));
    }
    return noted;
  }

  /** Stops what runs, within seconds; the next `activate`, of whatever process, goes on with it. */
  async stop(): Promise<void> {
    this.active = false;
    this.waiting = [];
    this.stopping.abort(restoreErrors.interrupted('the restore service was stopped during this restore'));
    const over = new AbortController();
    const late = this.options.clock.sleep(stopMillis, over.signal).catch(() => undefined);
    await Promise.race([Promise.all(this.underWay), late]);
    over.abort();
  }

  /** @throws restoreErrors.notActive */
  assertActive(): void {
    if (!this.active) throw restoreErrors.notActive('another restore service of this host is active');
  }

  private async takeUp(record: JobRecord): Promise<void> {
    const { board, work, logger } = this.options;
    const { id } = record.job;
    if (!record.accepted) {
      await work.discard(record);
      await board.remove(id);
    } else if (isFinished(record.job)) {
      // What is left is to clear away and to tell, however it ended.
      await this.ends.conclude(id, record.ending ?? { kind: 'delivered' });
    } else if (record.ending !== null) {
      await this.ends.conclude(id, record.ending);
    } else if (!(await this.deliveryFinished(id))) {
      const error = await reasonToEnd(record);
      if (error !== null) await this.ends.because(id, error);
      else {
        await board.note(id, { kind: 'resumed' });
        logger.info({ logId: 'restore.resumed', restore: id }, 'going on with a restore');
        this.waiting.push(id);
      }
    }
  }

  /** A delivery that cannot be finished ends the job. */
  private async deliveryFinished(id: string): Promise<boolean> {
    try {
      if (!(await this.options.work.finishDelivery(id))) return false;
    } catch (error) {
      await this.ends.because(id, error);
      return true;
    }
    await this.ends.conclude(id, { kind: 'delivered' });
    return true;
  }

  /** Begins what may begin now. */
  private pump(): Promise<void> {
    return this.exclusively(async () => {
      const { queue } = this.options;
      if (!this.active || this.waiting.length === 0) return;
      const running = this.recordsOf([...this.running.keys()]);
      const verdicts = await queue.verdicts(running, this.recordsOf(this.waiting));
      for (const id of this.waiting) {
        const verdict = verdicts.get(id);
        if (verdict !== undefined) this.follow(this.carryOut(id, verdict));
      }
    }).catch((error: unknown) => {
      this.options.logger.error({ logId: 'restores.unadmitted', err: error }, messageOf(error));
    });
  }

  private async carryOut(id: string, verdict: Verdict): Promise<void> {
    const { board } = this.options;
    if (verdict.kind === 'wait') {
      board.setWaiting(id, verdict.for);
      return;
    }
    this.waiting = this.waiting.filter((other) => other !== id);
    board.setWaiting(id, null);
    if (verdict.kind === 'never') {
      const { path } = board.record(id).job.delivery;
      await this.ends.because(id, tooSmall(path, verdict.neededBytes, verdict.freeBytes));
      return;
    }
    const running: Running = { stop: new AbortController(), isDelivering: false };
    this.running.set(id, running);
    await this.run(id, running);
  }

  private async run(id: string, running: Running): Promise<void> {
    const signal = AbortSignal.any([running.stop.signal, this.stopping.signal]);
    const { work } = this.options;
    try {
      await work.prepare(id, signal);
      signal.throwIfAborted();
      running.isDelivering = true;
      await work.move(id);
    } catch (error) {
      await this.broken(id, running, error);
      this.leave(id);
      return;
    }
    await this.ends.conclude(id, { kind: 'delivered' });
    this.leave(id);
  }

  /** Cancelled, stopped with the service and to be taken up later, or failed. */
  private async broken(id: string, { stop, isDelivering }: Running, error: unknown): Promise<void> {
    if (stop.signal.aborted && !isDelivering) await this.ends.because(id, stop.signal.reason);
    else if (this.stopping.signal.aborted && !isDelivering) {
      this.options.logger.info(
        { logId: 'restore.interrupted', restore: id },
        'a restore waits for the next start',
      );
    } else await this.ends.because(id, error);
  }

  private leave(id: string): void {
    this.running.delete(id);
    if (!this.active) return;
    void this.options.board.forgetSurplus().catch(this.unforgotten);
    void this.pump();
  }

  /** Whoever frees a disk tells nobody. */
  private async watchDisks(signal: AbortSignal): Promise<void> {
    try {
      for (;;) {
        await this.options.clock.sleep(diskLookMillis, signal);
        for (const end of this.ends.again()) this.follow(end);
        if (this.waiting.length > 0) await this.pump();
      }
    } catch (error) {
      // The signal's reason: the service stops.
      this.options.logger.debug(
        { logId: 'disks.unwatched', err: error },
        'no job of this process waits any more',
      );
    }
  }

  private follow(work: Promise<void>): void {
    const followed = work.catch((error: unknown) => {
      this.options.logger.error({ logId: 'restore.unended', err: error }, messageOf(error));
    });
    this.underWay.add(followed);
    void followed.then(() => this.underWay.delete(followed));
  }

  private readonly unforgotten = (error: unknown): void => {
    const fields = { logId: 'restores.unforgotten', err: error };
    this.options.logger.error(fields, 'the records of restores that ended long ago cannot be removed');
  };

  private recordsOf(ids: readonly string[]): JobRecord[] {
    return ids.map((id) => this.options.board.record(id));
  }
}
