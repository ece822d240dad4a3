import { uuidv7 } from 'uuidv7';
import type { Clock } from '@headwater/clock';
import type { PlannedMongod, RestoreJobBody, RestorePlanBody, RestoreRequest } from '@headwater/contracts';
import { seriesOf } from '@headwater/mongod';
import type { Logger } from '@headwater/service-kit';
import { neededBytesOf, surveyTarget, tooSmall } from '../delivery/target-checks.js';
import type { TargetSurvey } from '../delivery/target-checks.js';
import { bytesOf, serverVersionOf } from '../planning/base-contents.js';
import { estimateSeconds } from '../planning/estimate.js';
import type { PlannedRestore, Planner } from '../planning/planner.js';
import type { Verdict } from '../admission/admission.js';
import type { JobBoard } from '../records/job-board.js';
import type { JobRecord, RequestKey } from '../records/job-record.js';
import { targetOf } from '../delivery/job-target.js';
import type { RestoreJobs } from '../jobs/restore-jobs.js';
import { isFinished } from '../records/restore-job.js';

export interface RestoreIntakeOptions {
  readonly planner: Planner;
  readonly board: JobBoard;
  readonly jobs: RestoreJobs;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly host: string;
  /** Null: restores may go anywhere. */
  readonly root: string | null;
  /** Headwater's own directories: no restore goes there. */
  readonly ours: readonly string[];
  /** Which mongod there is for a series. Obtains none. */
  readonly mongodOf: (series: string) => Promise<PlannedMongod>;
}

interface Proposal {
  readonly planned: PlannedRestore;
  readonly survey: TargetSurvey;
  readonly neededBytes: number;
  readonly verdict: Verdict;
}

/** Takes requests in. Whatever can be refused is refused here, before anything is written, and by a dry run too. */
export class RestoreIntake {
  constructor(private readonly options: RestoreIntakeOptions) {}

  /**
   * What a request would do. Nothing is written, no job is made.
   *
   * @throws as `accept`
   */
  async preview(request: RestoreRequest): Promise<RestorePlanBody> {
    const { planner, mongodOf } = this.options;
    const planned = await this.plan(request);
    const { survey, neededBytes, verdict } = await this.propose(request, planned);
    const { plan, base, entries, bytes } = planned;
    const { kind, id, ts } = plan.base;
    return {
      ...{ deploymentId: request.deploymentId, target: request.target, delivery: request.delivery },
      restoredTo: await planner.restoredTo(planned),
      chain: plan.chain,
      base: { kind, id, ts },
      slices: { count: plan.slices.length, bytes: plan.slices.reduce((sum, { size }) => sum + size, 0) },
      ...{ entries, bytesToWrite: bytes, bytesNeeded: neededBytes, bytesFree: survey.volume.freeBytes },
      mongod: await mongodOf(seriesOf(serverVersionOf(base))),
      estimatedSeconds: estimateSeconds({ kind, bytes: bytesOf(base), entries }),
      ...(verdict.kind === 'wait' ? { waitsFor: verdict.for } : {}),
    };
  }

  /**
   * Plans, takes the directory, and makes a job, which begins when its turn comes.
   *
   * @throws restoreErrors.notActive; what the planner and the directory refuse; nothing was written then
   */
  async accept(request: RestoreRequest, key: RequestKey | null): Promise<RestoreJobBody> {
    const { jobs, board, logger } = this.options;
    const planned = await this.plan(request);
    return jobs.exclusively(async () => {
      const proposal = await this.propose(request, planned);
      const record = this.recordOf(request, proposal, key);
      const { id } = record.job;
      // Known before the first directory is made: whatever happens, somebody clears it away.
      await board.add(record);
      const target = targetOf(record);
      await target.take().catch(async (error: unknown) => {
        await board.remove(id);
        throw error;
      });
      await board.amend(id, { accepted: true }).catch(async (error: unknown) => {
        await target.discard();
        await board.remove(id);
        throw error;
      });
      logger.info(
        { logId: 'restore.accepted', restore: id, deployment: request.deploymentId },
        'restore accepted',
      );
      jobs.enqueue(id);
      return board.find(id) ?? record.job;
    });
  }

  private plan(request: RestoreRequest): Promise<PlannedRestore> {
    this.options.jobs.assertActive();
    return this.options.planner.plan(request);
  }

  private async propose({ delivery }: RestoreRequest, planned: PlannedRestore): Promise<Proposal> {
    const { jobs, root, ours } = this.options;
    jobs.assertActive();
    const survey = await surveyTarget({ path: delivery.path, root, ours, taken: this.takenPlaces() });
    const neededBytes = neededBytesOf(planned.bytes);
    const verdict = await jobs.judge({ neededBytes, volume: survey.volume });
    if (verdict.kind === 'never') throw tooSmall(survey.place, verdict.neededBytes, verdict.freeBytes);
    return { planned, survey, neededBytes, verdict };
  }

  private takenPlaces(): string[] {
    return this.options.board
      .records()
      .filter(({ job }) => !isFinished(job))
      .map(({ place }) => place);
  }

  private recordOf(
    { deploymentId, target, delivery }: RestoreRequest,
    { planned, survey, neededBytes }: Proposal,
    key: RequestKey | null,
  ): JobRecord {
    const { board, host, clock } = this.options;
    const { plan, base, entries, archive } = planned;
    const { chain, target: to, slices } = plan;
    const { kind, id: baseId } = plan.base;
    return {
      ...{ format: 1, sequence: board.nextSequence(), accepted: false, open: true },
      ...{
        made: survey.made,
        place: survey.place,
        neededBytes,
        replayedTo: null,
        top: plan.top,
        key,
        ending: null,
      },
      job: {
        ...{ id: uuidv7(), host, deploymentId, state: 'Planned', target, delivery },
        ...{ createdAt: clock.now().toISOString(), finishedAt: null },
        plan: { chain, base: { kind, id: baseId }, target: to, slices: slices.length },
        progress: {
          ...{ phase: 'Planned', bytesDone: 0, bytesTotal: bytesOf(base) },
          ...{ entriesDone: 0, entriesTotal: entries, etaSeconds: null },
        },
        ...{ restoredTo: null, verification: null },
        members: [{ replicaSet: archive.name, restoredTo: null }],
      },
    };
  }
}
