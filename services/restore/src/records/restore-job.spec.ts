import fc from 'fast-check';
import { restoreJobStateSchema } from '@headwater/contracts';
import { plannedJob } from '../spec-support/jobs.js';
import { evolve, isFinished } from './restore-job.js';
import type { RestoreJobEvent } from './restore-job.js';

const planned = plannedJob();
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

const asked: RestoreJobEvent = { kind: 'cancel-requested', at };
const resumed: RestoreJobEvent = { kind: 'resumed' };
const cancelled: RestoreJobEvent = { kind: 'cancelled', at };

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

  it('is never Cancelled unless somebody asked for it, and is it from any state then', () => {
    expect(() => evolve(planned, { kind: 'cancelled', at })).toThrow('nobody asked');
    for (let length = 0; length < way.length; length++) {
      const job = [...way.slice(0, length), asked, asked].reduce(evolve, planned);
      expect(job).toMatchObject({ cancelRequestedAt: at.toISOString() });
      expect(evolve(job, { kind: 'cancelled', at })).toMatchObject({
        state: 'Cancelled',
        finishedAt: at.toISOString(),
      });
    }
  });

  it('begins again when it is resumed, keeps its plan and where it was replayed to, and is verified anew', () => {
    const job = [...way.slice(0, -1), resumed].reduce(evolve, planned);
    expect(job).toMatchObject({
      ...{ state: 'Planned', resumptions: 1, restoredTo: ts, verification: null, plan: planned.plan },
      progress: { phase: 'Planned' },
    });
    const other: RestoreJobEvent = { kind: 'replayed', restoredTo: { t: 99, i: 1 }, entries: 3 };
    expect(() => evolve(job, other)).toThrow('replayed to');
    expect(way.reduce(evolve, job)).toMatchObject({ state: 'Delivered' });
  });

  it('counts what was appended before it was resumed', () => {
    const before = [...way.slice(0, 4), resumed].reduce(evolve, planned);
    const after = evolve(before, { kind: 'replayed', restoredTo: ts, entries: 0 });
    expect(after.progress).toMatchObject({ entriesDone: 12, entriesTotal: 12 });
  });

  it('ends once, whatever happens; never delivered unverified; goes back only to begin again', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...way, failure, asked, resumed, cancelled), { maxLength: 30 }),
        (events) => {
          let job = planned;
          for (const event of events) {
            const before = job;
            try {
              job = evolve(job, event);
            } catch {
              continue;
            }
            expect(isFinished(before)).toBe(false);
            if (event.kind === 'resumed') {
              expect(job.verification).toBeNull();
            } else {
              expect(states.indexOf(job.state)).toBeGreaterThanOrEqual(states.indexOf(before.state));
            }
            if (['Ready', 'Delivered'].includes(job.state)) expect(job.verification).not.toBeNull();
            if (job.state === 'Cancelled') expect(job.cancelRequestedAt).toBeDefined();
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
