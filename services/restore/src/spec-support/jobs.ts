import type { RestoreJobBody } from '@headwater/contracts';
import type { JobRecord } from '../records/job-record.js';

/** A job that was just accepted. */
export function plannedJob(change: Partial<RestoreJobBody> = {}): RestoreJobBody {
  return {
    ...{ id: 'r1', host: 'h', deploymentId: 'd', state: 'Planned', target: { kind: 'latest' } },
    delivery: { kind: 'directory', path: '/r' },
    createdAt: '2026-11-24T08:00:00.000Z',
    finishedAt: null,
    plan: { chain: 'c1', base: { kind: 'block', id: 's1' }, target: { t: 100, i: 1 }, slices: 2 },
    progress: {
      ...{ phase: 'Planned', bytesDone: 0, bytesTotal: 100, entriesDone: 0, entriesTotal: 10 },
      etaSeconds: null,
    },
    ...{ restoredTo: null, verification: null },
    members: [{ replicaSet: 'rs0', restoredTo: null }],
    ...change,
  };
}

export function recordOf(job: RestoreJobBody, change: Partial<JobRecord> = {}): JobRecord {
  return {
    ...{ format: 1, sequence: 1, accepted: true, open: true, made: null, place: job.delivery.path },
    ...{ neededBytes: 0, top: null, replayedTo: null, key: null, ending: null, job },
    ...change,
  };
}
