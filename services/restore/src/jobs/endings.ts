import type { RestoreJobBody } from '@headwater/contracts';
import { isHeadwaterError, messageOf } from '@headwater/errors';
import { targetLost } from '../delivery/job-target.js';
import { restoreErrors } from '../restore-errors.js';
import type { Ending, JobRecord } from '../records/job-record.js';
import { isFinished } from '../records/restore-job.js';

/** Why a job that was left unfinished is not gone on with; null when it is. */
export async function reasonToEnd(record: JobRecord): Promise<unknown> {
  const { job } = record;
  if (job.cancelRequestedAt !== undefined) return restoreErrors.cancelled(`restore ${job.id} was cancelled`);
  return targetLost(record);
}

/** How a job ends because of an error, which may be that it was cancelled. */
export function endingOf(cause: unknown): Ending {
  const { code, message, solution } = isHeadwaterError(cause)
    ? cause
    : restoreErrors.unexpected(messageOf(cause));
  if (code === restoreErrors.cancelled.code) return { kind: 'cancelled' };
  return { kind: 'failed', error: { code, message, solution } };
}

/** A job that cannot be cancelled any more. */
export function tooLate({ id, state }: RestoreJobBody) {
  const why = isFinished({ state }) ? `it is ${state}` : 'its files are being moved into place';
  return restoreErrors.tooLateToCancel(`restore ${id} cannot be cancelled: ${why}`, {
    details: { state, reason: why },
  });
}
