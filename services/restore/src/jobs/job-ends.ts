import { messageOf } from '@headwater/errors';
import type { Logger } from '@headwater/service-kit';
import { endingOf } from './endings.js';
import type { JobBoard } from '../records/job-board.js';
import type { Ending } from '../records/job-record.js';
import type { JobWork } from './job-work.js';
import { isFinished } from '../records/restore-job.js';

export interface JobEndsOptions {
  readonly board: JobBoard;
  readonly work: Pick<JobWork, 'end' | 'close'>;
  readonly logger: Logger;
}

/**
 * Ends jobs. How one ends is kept here until it is recorded and told: a disk that is full must not leave a job without an
 * end, and a bus that refuses must not keep it from those who subscribe.
 */
export class JobEnds {
  private readonly endings = new Map<string, Ending>();
  /** Ids whose end was not recorded, or not told, when that was last tried. */
  private readonly unrecorded = new Set<string>();

  constructor(private readonly options: JobEndsOptions) {}

  /** How a job is about to end; null when it is not, or has. */
  of(id: string): Ending | null {
    return this.endings.get(id) ?? null;
  }

  /** Ends a job because of an error, or of its cancellation. Resolves when it has ended, or is to be tried again. */
  async because(id: string, cause: unknown): Promise<void> {
    const ending = endingOf(cause);
    if (ending.kind === 'failed') {
      this.options.logger.error({ logId: 'restore.broken', restore: id, err: cause }, messageOf(cause));
    }
    await this.conclude(id, ending);
  }

  /** Resolves when it has ended, or is to be tried again. */
  async conclude(id: string, ending: Ending): Promise<void> {
    const { board, work, logger } = this.options;
    this.endings.set(id, ending);
    this.unrecorded.delete(id);
    try {
      if (isFinished(board.record(id).job)) await work.close(id);
      else await work.end(id, ending);
      this.endings.delete(id);
    } catch (error) {
      this.unrecorded.add(id);
      const fields = { logId: 'restore.unrecorded', restore: id, err: error };
      logger.error(fields, 'the end of a restore cannot be written, or told: trying again');
    }
  }

  /** Tries again what could not be recorded, or told. */
  again(): Promise<void>[] {
    return [...this.unrecorded].flatMap((id) => {
      const ending = this.of(id);
      return ending === null ? [] : [this.conclude(id, ending)];
    });
  }

  /** Another process may have the jobs from now on, and goes on from their records. */
  forget(): void {
    this.endings.clear();
    this.unrecorded.clear();
  }
}
