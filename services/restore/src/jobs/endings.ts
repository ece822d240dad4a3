import type { RestoreJobBody } from '@headwater/contracts';
import { restoreErrors } from '../restore-errors.js';
import type { JobRecord } from './job-record.js';
import { targetLost } from './job-work.js';
import { isFinished } from './restore-job.js';

/** Why a job that was left unfinished is not gone on with; null when it is. */
export async function reasonToEnd(record: JobRecord): Promise<unknown> {
  const { job } = record;
  if (job.cancelRequestedAt !== undefined) return restoreErrors.cancelled(`restore ${job.id} was cancelled`);
  return targetLost(record);
}

/** A job that ends because of it is Cancelled. */
export function isCancellation(cause: unknown): boolean {
  const { code } = restoreErrors.cancelled('');
  return typeof cause === 'object' && cause !== null && 'code' in cause && cause.code === code;
}

/** A job that cannot be cancelled any more. */
export function tooLate({ id, state }: RestoreJobBody) {
  const why = isFinished({ state }) ? `it is ${state}` : 'its files are being moved into place';
  return restoreErrors.tooLateToCancel(`restore ${id} cannot be cancelled: ${why}`, {
    details: { state, reason: why },
  });
}
