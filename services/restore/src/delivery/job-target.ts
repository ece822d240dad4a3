import { realpath } from 'node:fs/promises';
import type { HeadwaterError } from '@headwater/errors';
import type { JobRecord } from '../records/job-record.js';
import { restoreErrors } from '../restore-errors.js';
import { TargetDirectory } from './target-directory.js';

/**
 * Why a job has its target no more: it is gone, or something else stands in its place. Null when it has it. Nothing is made
 * in its stead: the directory may belong to somebody else by now.
 */
export async function targetLost(record: JobRecord): Promise<HeadwaterError | null> {
  const target = targetOf(record);
  const place = await realpath(target.path).catch(() => null);
  return place === record.place && (await target.isThere())
    ? null
    : restoreErrors.targetVanished(`the working directory of the restore in ${target.path} is gone`);
}

export function targetOf({ job, made }: JobRecord): TargetDirectory {
  return new TargetDirectory({ path: job.delivery.path, id: job.id, made });
}
