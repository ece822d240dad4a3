import type { RestoreJobBody } from '@headwater/contracts';
import { isFinished } from './restore-job.js';

const dayMillis = 24 * 60 * 60 * 1000;
/** Longer than an Idempotency-Key is remembered. */
const surelyKeptMillis = 2 * dayMillis;
const keptMillis = 30 * dayMillis;
const keptCount = 1000;

/**
 * The ids of finished jobs that are forgotten: older than 30 days, or not among the newest 1000; none that ended within
 * the last two days. Pure.
 *
 * @param jobs newest first
 * @param nowMillis since 1970
 */
export function surplus(jobs: readonly RestoreJobBody[], nowMillis: number): string[] {
  return jobs
    .filter(isFinished)
    .filter((job, place) => {
      const age = nowMillis - Date.parse(job.finishedAt ?? job.createdAt);
      return age > surelyKeptMillis && (age > keptMillis || place >= keptCount);
    })
    .map(({ id }) => id);
}
