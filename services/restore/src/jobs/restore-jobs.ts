import { uuidv7 } from 'uuidv7';
import pLimit from 'p-limit';
import type { Clock } from '@headwater/clock';
import { restoreCompleted, restoreFailed, restoreStarted } from '@headwater/contracts';
import type { JsonEvent, RestoreJobBody, RestoreRequest } from '@headwater/contracts';
import { isHeadwaterError, messageOf } from '@headwater/errors';
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

  constructor(private readonly options: RestoreJobsOptions) {}

  /** Of the jobs that a process before this one left behind, a finished one is delivered; the others are failed. */
  async recover(): Promise<void> {
    const { board, logger } = this.options;
    for (const job of await board.recover()) {
      const target = await TargetDirectory.leftBehind(job.delivery.path, job.id);
      if (job.state === 'Ready' && target !== null) {
        await this.deliver(job, target);
      } else {
        await target?.discard();
        logger.warn(
          { logId: 'restore.interrupted', restore: job.id },
          'a restore was interrupted: its files were removed',
        );
        await this.fail(job, restoreErrors.interrupted('the restore service ended during this restore'));
      }
    }
  }

  /**
   * Plans, takes the directory, and begins.
   *
   * @throws what the planner and the directory refuse; nothing was written then
   */
  async accept(request: RestoreRequest): Promise<RestoreJobBody> {
    const { planner, board, root, logger } = this.options;
    const planned = await planner.plan(request);
    const id = uuidv7();
    const target = await TargetDirectory.take(
      { path: request.delivery.path, root, bytes: planned.bytes },
      id,
    );
    const job = this.jobOf(id, request, planned);
    await board.add(job);
    logger.info(
      { logId: 'restore.accepted', restore: id, deployment: request.deploymentId },
      'restore accepted',
    );
    void this.oneByOne(() => this.work(job, planned, target));
    return job;
  }

  /** Ends what runs: its files are removed, and the job says why. */
  async stop(): Promise<void> {
    this.stopping.abort(restoreErrors.interrupted('the restore service was stopped during this restore'));
    await this.oneByOne(() => Promise.resolve());
  }

  private async work(job: RestoreJobBody, planned: PlannedRestore, target: TargetDirectory): Promise<void> {
    const { run, logger } = this.options;
    try {
      const { chain, target: wanted } = job.plan;
      await this.announce(restoreStarted, job, 'started', { target: wanted, chain });
      await run.run(job.id, planned, target.dataDirectory, this.stopping.signal);
      await this.deliver(job, target);
    } catch (error) {
      logger.error({ logId: 'restore.failed', restore: job.id, err: error }, messageOf(error));
      await target.discard();
      await this.fail(job, error);
    }
  }

  private async deliver(job: RestoreJobBody, target: TargetDirectory): Promise<void> {
    const { board, clock, logger } = this.options;
    await target.deliver();
    const done = await board.note(job.id, { kind: 'delivered', at: clock.now() });
    const restoredTo = done.restoredTo ?? job.plan.target;
    logger.info({ logId: 'restore.delivered', restore: job.id, restoredTo }, 'restore delivered');
    await this.announce(restoreCompleted, job, 'completed', { restoredTo, path: target.path });
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
