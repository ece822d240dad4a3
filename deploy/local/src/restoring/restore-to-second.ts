import type { RestoreJobBody, RestoreVerification } from '@headwater/contracts';
import type { Clock } from '@headwater/clock';
import type { OplogTimestamp } from '@headwater/oplog';
import { launcherErrors } from '../launcher-errors.js';
import { isoSecond } from '../output/quantities.js';
import type { Step } from '../output/report.js';
import type { RestoreClient } from './restore-client.js';
import { jobFields, jobText } from './restore-wording.js';

const pollMillis = 250;

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
  { step, clock, signal }: { readonly step: Step; readonly clock: Clock; readonly signal: AbortSignal },
): Promise<DeliveredRestore> {
  const { deployment, second, directory } = wish;
  const location = await client.request({
    deploymentId: deployment,
    target: { kind: 'time', time: isoSecond(second) },
    delivery: { kind: 'directory', path: directory },
  });
  for (;;) {
    const job = await client.job(location);
    if (job.state === 'Failed') throw failure(job);
    if (job.state === 'Delivered') return delivered(job, directory);
    step.progress(jobText(job), jobFields(job));
    await clock.sleep(pollMillis, signal);
  }
}

function failure({ error, id }: RestoreJobBody): Error {
  const reason =
    error === undefined ? 'no reason was given' : `${error.message} (${error.code}: ${error.solution})`;
  return launcherErrors.restoreFailed(`restore ${id} failed: ${reason}`, { details: { restoreId: id } });
}

function delivered(job: RestoreJobBody, directory: string): DeliveredRestore {
  const { restoredTo, verification } = job;
  if (restoredTo === null || verification === null) {
    throw launcherErrors.restoreFailed(`restore ${job.id} was delivered without a proof`);
  }
  return { job, directory, restoredTo, verification };
}
