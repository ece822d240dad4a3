import { defineJsonEvent } from '../json-event.js';
import { restoreJobSchema } from '../rest/restore-job.js';

/** A restore job as its REST body has it. One writer: the restore service that accepted it. */
export const restoreJobState = defineJsonEvent('io.headwater.state.restore-job.v1', restoreJobSchema);

export const restoreJobKeyPrefix = 'restore-job/';

export function restoreJobKey(jobId: string): string {
  return `${restoreJobKeyPrefix}${jobId}`;
}
