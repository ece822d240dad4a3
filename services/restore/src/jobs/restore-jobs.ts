import { uuidv7 } from 'uuidv7';
import pLimit from 'p-limit';
import type { Clock } from '@headwater/clock';
import { restoreCompleted, restoreFailed, restoreJobSchema, restoreStarted } from '@headwater/contracts';
import type { JsonEvent, RestoreJobBody, RestoreRequest } from '@headwater/contracts';
import { isHeadwaterError, messageOf } from '@headwater/errors';
import { endPredecessor } from '@headwater/mongod';
import type { Logger, Publisher } from '@headwater/service-kit';
import { TargetDirectory } from '../delivery/target-directory.js';
import type { PlannedRestore, Planner } from '../planning/planner.js';
import { restoreErrors } from '../restore-errors.js';
import type { JobBoard } from './job-board.js';
import type { JobRun } from './job-run.js';

export interface RestoreJobsOptions {
  readonly planner: Planner;
  readonly board: JobBoard;
  readonly run: JobRun;
  readonly publisher: Publisher;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly host: string;
  /** Null: restores may go anywhere. */
  readonly root: string | null;
  /** Headwater's own directories: no restore goes there. */
  readonly ours: readonly string[];
}

/** What every event of a restore says. */
interface About {
  readonly deployment: string;
  readonly restoreId: string;
}

/** Accepts restore jobs and does them one after the other. What can be refused is refused before a job exists. */
export class RestoreJobs {
  private readonly oneByOne = pLimit(1);
  private readonly stopping = new AbortController();
  private active = false;

  constructor(private readonly options: RestoreJobsOptions) {}

  /**
   * The host's restores are in this process' hands now. Of the jobs that one before it left behind, a delivery that was
   * begun is finished; the others are failed, and their files removed.
   */
  async activate(): Promise<void> {
    for (const job of await this.options.board.recover()) {
      await this.recover(job).catch((error: unknown) => {
        this.options.logger.error(
          { logId: 'restore.unrecovered', restore: job.id, err: error },
          messageOf(error),
        );
      });
    }
    this.active = true;
  }

  get isActive(): boolean {
    return this.active;
  }

  /**
   * Plans, takes the directory, and begins.
   *
   * @throws restoreErrors.notActive; what the planner and the directory refuse; nothing was written then
   */
  async accept(request: RestoreRequest): Promise<RestoreJobBody> {
    const { planner, board, root, ours, logger } = this.options;
    if (!this.active) {
      throw restoreErrors.notActive('another restore service of this host is active');
    }
    const planned = await planner.plan(request);
    const id = uuidv7();
    const target = await TargetDirectory.take(
      { path: request.delivery.path, root, ours, bytes: planned.bytes },
      id,
    );
    const job = this.jobOf(id, request, planned);
    await board.add(job).catch(async (error: unknown) => {
      await target.discard();
      throw error;
    });
    logger.info(
      { logId: 'restore.accepted', restore: id, deployment: request.deploymentId },
      'restore accepted',
    );
    void this.oneByOne(() => this.work(job, planned, target));
    return job;
  }

  /** Ends what runs: its files are removed, and the job says why. */
  async stop(): Promise<void> {
    this.active = false;
    this.stopping.abort(restoreErrors.interrupted('the restore service was stopped during this restore'));
    await this.oneByOne(() => Promise.resolve());
  }

  private async work(job: RestoreJobBody, planned: PlannedRestore, target: TargetDirectory): Promise<void> {
    const { run, board, logger } = this.options;
    try {
      const { chain, target: wanted } = job.plan;
      await this.announce(restoreStarted, job, 'started', { target: wanted, chain });
      await run.run(job.id, planned, target.dataDirectory, this.stopping.signal);
      await target.deliver(board.find(job.id));
      await this.delivered(job, target);
    } catch (error) {
      logger.error({ logId: 'restore.failed', restore: job.id, err: error }, messageOf(error));
      await this.discard(job, target);
      await this.fail(job, error);
    }
  }

  private async recover(job: RestoreJobBody): Promise<void> {
    const { board, logger } = this.options;
    const target = await TargetDirectory.leftBehind(job.delivery.path, job.id);
    const begun = restoreJobSchema.safeParse(await target?.begunDelivery());
    if (target !== null && begun.success) {
      board.replace(begun.data);
      await target.finishDelivery();
      await this.delivered(job, target);
      return;
    }
    logger.warn(
      { logId: 'restore.interrupted', restore: job.id },
      'a restore was interrupted: its files are removed',
    );
    if (target !== null) {
      await this.discard(job, target);
    }
    await this.fail(job, restoreErrors.interrupted('the restore service ended during this restore'));
  }

  private async delivered(job: RestoreJobBody, target: TargetDirectory): Promise<void> {
    const { board, clock, logger } = this.options;
    const done = await board.note(job.id, { kind: 'delivered', at: clock.now() });
    const restoredTo = done.restoredTo ?? job.plan.target;
    logger.info({ logId: 'restore.delivered', restore: job.id, restoredTo }, 'restore delivered');
    await target.tidy().catch((error: unknown) => {
      logger.warn({ logId: 'restore.untidied', restore: job.id, err: error }, 'the working directory stays');
    });
    await this.announce(restoreCompleted, job, 'completed', { restoredTo, path: target.path });
  }

  /** A mongod of a process that was killed may still have the files open. What cannot be removed is said. */
  private async discard(job: RestoreJobBody, target: TargetDirectory): Promise<void> {
    try {
      await endPredecessor(target.dataDirectory);
      await target.discard();
    } catch (error) {
      const message = `files of a failed restore stay in ${target.path}`;
      this.options.logger.error({ logId: 'restore.undiscarded', restore: job.id, err: error }, message);
    }
  }

  private async fail(job: RestoreJobBody, cause: unknown): Promise<void> {
    const { board, clock } = this.options;
    const error = describe(cause);
    await board.note(job.id, { kind: 'failed', at: clock.now(), error });
    await this.announce(restoreFailed, job, 'failed', { code: error.code, reason: error.message });
  }

  /** A restore does not fail because nobody can be told of it. */
  private async announce<T extends About>(
    event: JsonEvent<T>,
    { deploymentId: deployment, id: restoreId }: RestoreJobBody,
    fact: string,
    facts: Omit<T, keyof About>,
  ): Promise<void> {
    const { publisher, logger } = this.options;
    try {
      const data = { deployment, restoreId, ...facts } as T;
      await publisher.event(event, { deployment, id: `restore/${restoreId}/${fact}` }, data);
    } catch (error) {
      logger.warn({ logId: 'bus.refused', restore: restoreId, err: error }, 'the bus refuses an event');
    }
  }

  private jobOf(
    id: string,
    { deploymentId, target, delivery }: RestoreRequest,
    planned: PlannedRestore,
  ): RestoreJobBody {
    const { plan, manifest, entries, archive } = planned;
    return {
      id,
      host: this.options.host,
      deploymentId,
      state: 'Planned',
      target,
      delivery,
      createdAt: this.options.clock.now().toISOString(),
      finishedAt: null,
      plan: {
        chain: plan.chain,
        baseSnapshotId: plan.base.id,
        target: plan.target,
        slices: plan.slices.length,
      },
      progress: {
        phase: 'Planned',
        bytesDone: 0,
        bytesTotal: manifest.sizeBytes,
        entriesDone: 0,
        entriesTotal: entries,
        etaSeconds: null,
      },
      restoredTo: null,
      verification: null,
      members: [{ replicaSet: archive.name, restoredTo: null }],
    };
  }
}

function describe(error: unknown): NonNullable<RestoreJobBody['error']> {
  return isHeadwaterError(error)
    ? { code: error.code, message: error.message, solution: error.solution }
    : {
        code: 'RESTORE-90001',
        message: messageOf(error),
        solution: 'Report this with the log of the restore service.',
      };
}
