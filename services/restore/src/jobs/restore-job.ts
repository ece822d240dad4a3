import type { RestoreJobBody, RestoreJobStateName, RestoreVerification } from '@headwater/contracts';
import type { OplogTimestamp } from '@headwater/oplog';

/** What can happen to a restore job. */
export type RestoreJobEvent =
  | {
      readonly kind: 'entered';
      readonly state: Exclude<RestoreJobStateName, 'Planned' | 'Delivered' | 'Failed'>;
    }
  | {
      readonly kind: 'progressed';
      readonly bytesDone?: number;
      readonly entriesDone?: number;
      readonly etaSeconds: number | null;
    }
  | { readonly kind: 'replayed'; readonly restoredTo: OplogTimestamp; readonly entries: number }
  | { readonly kind: 'verified'; readonly verification: RestoreVerification }
  | { readonly kind: 'delivered'; readonly at: Date }
  | { readonly kind: 'failed'; readonly at: Date; readonly error: NonNullable<RestoreJobBody['error']> };

const order: readonly RestoreJobStateName[] = [
  'Planned',
  'Materializing',
  'Replaying',
  'Preparing',
  'Verifying',
  'Ready',
  'Delivered',
];

/** True when nothing more happens to the job. */
export function isFinished(job: Pick<RestoreJobBody, 'state'>): boolean {
  return job.state === 'Delivered' || job.state === 'Failed';
}

/**
 * What a job is after an event. Pure.
 *
 * @throws Error for an event that cannot happen to it: a finished job stays as it is, and states only go forward
 */
export function evolve(job: RestoreJobBody, event: RestoreJobEvent): RestoreJobBody {
  if (isFinished(job)) {
    throw new Error(`restore ${job.id} is ${job.state}: it cannot be ${event.kind}`);
  }
  switch (event.kind) {
    case 'entered':
      return {
        ...enter(job, event.state),
        progress: { ...job.progress, phase: event.state, etaSeconds: null },
      };
    case 'progressed':
      return {
        ...job,
        progress: {
          ...job.progress,
          bytesDone: event.bytesDone ?? job.progress.bytesDone,
          entriesDone: event.entriesDone ?? job.progress.entriesDone,
          entriesTotal: Math.max(job.progress.entriesTotal, event.entriesDone ?? 0),
          etaSeconds: event.etaSeconds,
        },
      };
    case 'replayed':
      return {
        ...job,
        restoredTo: event.restoredTo,
        members: job.members.map((member) => ({ ...member, restoredTo: event.restoredTo })),
        progress: { ...job.progress, entriesDone: event.entries, entriesTotal: event.entries },
      };
    case 'verified':
      return { ...job, verification: event.verification };
    case 'delivered':
      if (job.verification === null || job.restoredTo === null) {
        throw new Error(`restore ${job.id} cannot be delivered: it was not verified`);
      }
      return {
        ...enter(job, 'Delivered'),
        finishedAt: event.at.toISOString(),
        progress: { ...job.progress, phase: 'Delivered', etaSeconds: 0 },
      };
    case 'failed':
      return { ...job, state: 'Failed', finishedAt: event.at.toISOString(), error: event.error };
  }
}

function enter(job: RestoreJobBody, state: RestoreJobStateName): RestoreJobBody {
  if (order.indexOf(state) <= order.indexOf(job.state)) {
    throw new Error(`restore ${job.id} is ${job.state}: it cannot become ${state}`);
  }
  return { ...job, state };
}
