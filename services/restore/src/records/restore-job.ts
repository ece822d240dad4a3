import { finishedRestoreJobStates } from '@headwater/contracts';
import type { RestoreJobBody, RestoreJobStateName, RestoreVerification } from '@headwater/contracts';
import { formatTimestamp, timestampsEqual } from '@headwater/oplog';
import type { OplogTimestamp } from '@headwater/oplog';

/** A state in which work is done on a job. */
export type WorkState = Exclude<RestoreJobStateName, 'Planned' | 'Delivered' | 'Failed' | 'Cancelled'>;
type JobError = NonNullable<RestoreJobBody['error']>;

/** What can happen to a restore job. */
export type RestoreJobEvent =
  | { readonly kind: 'entered'; readonly state: WorkState }
  | {
      readonly kind: 'progressed';
      readonly bytesDone?: number;
      readonly entriesDone?: number;
      readonly etaSeconds: number | null;
    }
  | { readonly kind: 'replayed'; readonly restoredTo: OplogTimestamp; readonly entries: number }
  | { readonly kind: 'verified'; readonly verification: RestoreVerification }
  /** A later process takes it up: it waits for its turn again, and goes on from what its files are worth. */
  | { readonly kind: 'resumed' }
  | { readonly kind: 'cancel-requested'; readonly at: Date }
  | { readonly kind: 'delivered'; readonly at: Date }
  | { readonly kind: 'failed'; readonly at: Date; readonly error: JobError }
  | { readonly kind: 'cancelled'; readonly at: Date };

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
export function isFinished({ state }: Pick<RestoreJobBody, 'state'>): boolean {
  return finishedRestoreJobStates.includes(state);
}

/**
 * What a job is after an event. Pure.
 *
 * @throws Error for an event that cannot happen to it: a finished job stays as it is; states go forward, but for
 *   `resumed`, which begins again; what was restored once is restored the same when it is done again
 */
export function evolve(job: RestoreJobBody, event: RestoreJobEvent): RestoreJobBody {
  if (isFinished(job)) {
    throw new Error(`restore ${job.id} is ${job.state}: it cannot be ${event.kind}`);
  }
  switch (event.kind) {
    case 'entered':
      return inPhase(enter(job, event.state), event.state, null);
    case 'progressed':
      return { ...job, progress: progressed(job.progress, event) };
    case 'replayed':
      return replayed(job, event);
    case 'verified':
      return { ...job, verification: event.verification };
    case 'resumed':
      return { ...backToPlanned(job), resumptions: (job.resumptions ?? 0) + 1 };
    case 'cancel-requested':
      return { ...job, cancelRequestedAt: job.cancelRequestedAt ?? event.at.toISOString() };
    case 'delivered':
      return delivered(job, event.at);
    case 'failed':
      return { ...ended(job, 'Failed', event.at), error: event.error };
    case 'cancelled':
      return cancelled(job, event.at);
  }
}

function enter(job: RestoreJobBody, state: RestoreJobStateName): RestoreJobBody {
  if (order.indexOf(state) <= order.indexOf(job.state)) {
    throw new Error(`restore ${job.id} is ${job.state}: it cannot become ${state}`);
  }
  if (state === 'Ready' && job.verification === null) {
    throw new Error(`restore ${job.id} cannot be delivered: it was not verified`);
  }
  return { ...job, state };
}

function inPhase(job: RestoreJobBody, phase: RestoreJobStateName, etaSeconds: number | null): RestoreJobBody {
  return { ...job, progress: { ...job.progress, phase, etaSeconds } };
}

/** What was verified is verified again: the files may have been opened since. */
function backToPlanned(job: RestoreJobBody): RestoreJobBody {
  return inPhase({ ...job, state: 'Planned', verification: null }, 'Planned', null);
}

function progressed(
  progress: RestoreJobBody['progress'],
  { bytesDone, entriesDone, etaSeconds }: Extract<RestoreJobEvent, { kind: 'progressed' }>,
): RestoreJobBody['progress'] {
  return {
    ...progress,
    bytesDone: bytesDone ?? progress.bytesDone,
    entriesDone: entriesDone ?? progress.entriesDone,
    entriesTotal: Math.max(progress.entriesTotal, entriesDone ?? 0),
    etaSeconds,
  };
}

/** A replay that was taken up counts what was appended before it too. */
function replayed(
  job: RestoreJobBody,
  { restoredTo, entries }: Extract<RestoreJobEvent, { kind: 'replayed' }>,
): RestoreJobBody {
  if (job.restoredTo !== null && !timestampsEqual(job.restoredTo, restoredTo)) {
    const [before, now] = [formatTimestamp(job.restoredTo), formatTimestamp(restoredTo)];
    throw new Error(`restore ${job.id} was replayed to ${before} and then to ${now}`);
  }
  const done = (job.resumptions ?? 0) > 0 ? Math.max(entries, job.progress.entriesDone) : entries;
  return {
    ...job,
    restoredTo,
    members: job.members.map((member) => ({ ...member, restoredTo })),
    progress: { ...job.progress, entriesDone: done, entriesTotal: done },
  };
}

function delivered(job: RestoreJobBody, at: Date): RestoreJobBody {
  if (job.verification === null || job.restoredTo === null) {
    throw new Error(`restore ${job.id} cannot be delivered: it was not verified`);
  }
  return inPhase(ended(enter(job, 'Delivered'), 'Delivered', at), 'Delivered', 0);
}

function cancelled(job: RestoreJobBody, at: Date): RestoreJobBody {
  if (job.cancelRequestedAt === undefined) {
    throw new Error(`restore ${job.id} cannot be cancelled: nobody asked for it`);
  }
  return ended(job, 'Cancelled', at);
}

function ended(job: RestoreJobBody, state: RestoreJobStateName, at: Date): RestoreJobBody {
  return { ...job, state, finishedAt: at.toISOString() };
}
