import { finishedRestoreJobStates } from '@headwater/contracts';
import type { RestoreJobBody, RestoreRequest, RestoreVerification } from '@headwater/contracts';
import type { Clock } from '@headwater/clock';
import type { OplogTimestamp } from '@headwater/oplog';
import { launcherErrors } from '../launcher-errors.js';
import { isoSecond } from '../output/quantities.js';
import type { Step } from '../output/report.js';
import type { RestoreClient } from './restore-client.js';
import { jobFields, jobText } from './restore-wording.js';

const pollMillis = 250;

interface RestoreSurroundings {
  readonly step: Step;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

export interface RestoreWish {
  readonly deployment: string;
  /** Seconds since 1970: every write up to and including it. */
  readonly second: number;
  /** Absolute; not there yet. */
  readonly directory: string;
}

/** A restore that was delivered, with its proof. */
export interface DeliveredRestore {
  readonly job: RestoreJobBody;
  readonly directory: string;
  readonly restoredTo: OplogTimestamp;
  readonly verification: RestoreVerification;
}

/**
 * Restores by REST, and tells how far it is.
 *
 * @throws launcherErrors.restoreRefused, restoreFailed; the signal's reason
 */
export async function restoreToSecond(
  client: RestoreClient,
  wish: RestoreWish,
  surroundings: RestoreSurroundings,
): Promise<DeliveredRestore> {
  const job = await finished(client, await client.request(requestOf(wish), keyOf(wish)), surroundings);
  if (job.state !== 'Delivered') throw failure(job);
  return delivered(job, wish.directory);
}

async function finished(
  client: RestoreClient,
  path: string,
  { step, clock, signal }: RestoreSurroundings,
): Promise<RestoreJobBody> {
  for (;;) {
    const job = await client.job(path);
    if (finishedRestoreJobStates.includes(job.state)) return job;
    step.progress(jobText(job), jobFields(job));
    await clock.sleep(pollMillis, signal);
  }
}

function requestOf({ deployment, second, directory }: RestoreWish): RestoreRequest {
  return {
    deploymentId: deployment,
    target: { kind: 'time', time: isoSecond(second) },
    delivery: { kind: 'directory', path: directory },
  };
}

/** One request is one job, however often it is sent. */
function keyOf({ deployment, second }: RestoreWish): string {
  return `launcher-${deployment}-${second}`;
}

function failure({ error, id, state }: RestoreJobBody): Error {
  const reason =
    state === 'Cancelled'
      ? 'it was cancelled'
      : error === undefined
        ? 'no reason was given'
        : `${error.message} (${error.code}: ${error.solution})`;
  return launcherErrors.restoreFailed(`restore ${id} failed: ${reason}`, { details: { restoreId: id } });
}

function delivered(job: RestoreJobBody, directory: string): DeliveredRestore {
  const { restoredTo, verification } = job;
  if (restoredTo === null || verification === null) {
    throw launcherErrors.restoreFailed(`restore ${job.id} was delivered without a proof`);
  }
  return { job, directory, restoredTo, verification };
}
