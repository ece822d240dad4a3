import fc from 'fast-check';
import { restoreJobStateSchema } from '@headwater/contracts';
import type { RestoreJobBody } from '@headwater/contracts';
import { evolve, isFinished } from './restore-job.js';
import type { RestoreJobEvent } from './restore-job.js';

const planned: RestoreJobBody = {
  id: 'r1',
  host: 'h',
  deploymentId: 'd',
  state: 'Planned',
  target: { kind: 'latest' },
  delivery: { kind: 'directory', path: '/r' },
  createdAt: '2026-11-24T08:00:00.000Z',
  finishedAt: null,
  plan: { chain: 'c1', baseSnapshotId: 's1', target: { t: 100, i: 1 }, slices: 2 },
  progress: {
    phase: 'Planned',
    bytesDone: 0,
    bytesTotal: 100,
    entriesDone: 0,
    entriesTotal: 10,
    etaSeconds: null,
  },
  restoredTo: null,
  verification: null,
  members: [{ replicaSet: 'rs0', restoredTo: null }],
};
const states = restoreJobStateSchema.options;
const at = new Date('2026-11-24T08:01:00Z');
const ts = { t: 100, i: 1 };
const verification = {
  method: 'open',
  filesVerified: 1,
  bytesVerified: 1,
  oplogTop: ts,
  minvalidBegin: ts,
  mongodVersion: '6.0.5',
  collections: [],
} as const;
const way: RestoreJobEvent[] = [
  { kind: 'entered', state: 'Materializing' },
  { kind: 'progressed', bytesDone: 100, etaSeconds: 0 },
  { kind: 'entered', state: 'Replaying' },
  { kind: 'progressed', entriesDone: 12, etaSeconds: 1 },
  { kind: 'replayed', restoredTo: ts, entries: 12 },
  { kind: 'entered', state: 'Preparing' },
  { kind: 'entered', state: 'Verifying' },
  { kind: 'verified', verification: { ...verification, collections: [] } },
  { kind: 'entered', state: 'Ready' },
  { kind: 'delivered', at },
];
const failure: RestoreJobEvent = { kind: 'failed', at, error: { code: 'X-1', message: 'm', solution: 's' } };

describe('a restore job', () => {
  it('goes through its states and ends delivered, with what was restored and how it was verified', () => {
    const job = way.reduce(evolve, planned);
    expect(job).toMatchObject({
      state: 'Delivered',
      restoredTo: ts,
      members: [{ replicaSet: 'rs0', restoredTo: ts }],
      verification: { oplogTop: ts },
      progress: { phase: 'Delivered', bytesDone: 100, entriesDone: 12, entriesTotal: 12 },
      finishedAt: at.toISOString(),
    });
  });

  it('is never delivered unverified', () => {
    const unverified = way.filter((event) => event.kind !== 'verified');
    expect(() => unverified.reduce(evolve, planned)).toThrow('not verified');
  });

  it('may fail in any state, and then stays as it is; it never goes back', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...way, failure), { maxLength: 20 }), (events) => {
        let job = planned;
        for (const event of events) {
          const before = job;
          try {
            job = evolve(job, event);
          } catch {
            continue;
          }
          expect(isFinished(before)).toBe(false);
          expect(states.indexOf(job.state)).toBeGreaterThanOrEqual(states.indexOf(before.state));
          expect(job.state === 'Delivered' ? job.verification : 'not asked').not.toBeNull();
        }
      }),
    );
  });
});
