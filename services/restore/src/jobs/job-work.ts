import type { Clock } from '@headwater/clock';
import { restoreJobSchema } from '@headwater/contracts';
import type { RestoreJobBody } from '@headwater/contracts';
import { endPredecessor } from '@headwater/mongod';
import type { Logger } from '@headwater/service-kit';
import { targetLost, targetOf } from '../delivery/job-target.js';
import type { Announcements } from './announcements.js';
import type { JobBoard } from '../records/job-board.js';
import type { Ending, JobRecord } from '../records/job-record.js';
import type { JobRun } from './job-run.js';

export interface JobWorkOptions {
  readonly run: Pick<JobRun, 'run'>;
  readonly board: JobBoard;
  readonly announcements: Announcements;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Takes one job to its end: its work, its delivery, and what is cleared away where it does not come so far. */
export class JobWork {
  constructor(private readonly options: JobWorkOptions) {}

  /**
   * Works until the files are ready to be moved into place.
   *
   * @throws restoreErrors.targetVanished; whatever stands in the way; the signal's reason
   */
  async prepare(id: string, signal: AbortSignal): Promise<void> {
    const { run, board, announcements } = this.options;
    const record = board.record(id);
    const vanished = await targetLost(record);
    if (vanished !== null) throw vanished;
    await announcements.started(record.job);
    await run.run(id, targetOf(record).dataDirectory, signal);
  }

  /** Moves the files into place. A move that fails is taken back. */
  async move(id: string): Promise<void> {
    const record = this.options.board.record(id);
    await targetOf(record).deliver(record.job);
  }

  /**
   * Finishes what was begun of a delivery before: its files are in place then, and the job is to be ended.
   *
   * @returns false when none was
   */
  async finishDelivery(id: string): Promise<boolean> {
    const { board } = this.options;
    const target = targetOf(board.record(id));
    const begun = await target.begunDelivery();
    if (begun === null) return false;
    board.replace(id, restoreJobSchema.parse(begun));
    await target.finishDelivery();
    return true;
  }

  /**
   * Ends a job: how is written down first, then what must not stay in the target is removed, and then it has ended. A
   * job whose files are in place ends as Delivered.
   */
  async end(id: string, ending: Ending): Promise<void> {
    const { board, logger } = this.options;
    await board.amend(id, { ending });
    await this.clear(board.record(id), ending.kind === 'delivered');
    const { restoredTo } = await this.noteEnd(id, ending);
    logger.info({ logId: `restore.${ending.kind}`, restore: id, restoredTo }, `restore ${ending.kind}`);
    await this.close(id);
  }

  /** What is left to be done about a job that has ended: its hidden directory, and to tell of it. */
  async close(id: string): Promise<void> {
    const { board, announcements } = this.options;
    const record = board.record(id);
    await this.clear(record, record.job.state === 'Delivered');
    await announcements.ended(record.job);
    await board.amend(id, { open: false });
  }

  /** A mongod of a process that was killed may still have the files open. What cannot be removed is said. */
  async discard(record: JobRecord): Promise<void> {
    const target = targetOf(record);
    try {
      await endPredecessor(target.dataDirectory);
      await target.discard();
    } catch (error) {
      const fields = { logId: 'restore.undiscarded', restore: record.job.id, err: error };
      this.options.logger.error(fields, `files of a restore stay in ${target.path}`);
    }
  }

  private async noteEnd(id: string, ending: Ending): Promise<RestoreJobBody> {
    const { board, clock } = this.options;
    const at = clock.now();
    switch (ending.kind) {
      case 'delivered':
        return board.note(id, { kind: 'delivered', at });
      case 'failed':
        return board.note(id, { kind: 'failed', at, error: ending.error });
      case 'cancelled':
        await board.note(id, { kind: 'cancel-requested', at });
        return board.note(id, { kind: 'cancelled', at });
    }
  }

  private clear(record: JobRecord, isDelivered: boolean): Promise<void> {
    return isDelivered ? this.tidy(record) : this.discard(record);
  }

  private async tidy(record: JobRecord): Promise<void> {
    await targetOf(record)
      .tidy()
      .catch((error: unknown) => {
        const fields = { logId: 'restore.untidied', restore: record.job.id, err: error };
        this.options.logger.warn(fields, 'the working directory stays');
      });
  }
}
