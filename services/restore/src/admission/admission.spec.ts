import fc from 'fast-check';
import { admit } from './admission.js';
import type { Admission, Demand } from './admission.js';

const gib = 1024 ** 3;
const limits = { jobs: 2, cacheMiB: 1024, reserveBytes: gib };
const job = (id: string, change: Partial<Demand> = {}): Demand => ({
  ...{ id, volume: 'a', bytes: 10 * gib, cacheMiB: 512 },
  ...change,
});
const decide = (change: Partial<Admission>) =>
  Object.fromEntries(
    admit({ running: [], queue: [], freeBytes: new Map([['a', 100 * gib]]), limits, ...change }),
  );

const volumes = ['a', 'b'];
const demands = fc.uniqueArray(
  fc.record({
    id: fc.stringMatching(/^[a-z]{1,6}$/),
    volume: fc.constantFrom(...volumes),
    bytes: fc.integer({ min: 0, max: 60 }),
    cacheMiB: fc.integer({ min: 1, max: 6 }),
  }),
  { selector: ({ id }) => id, maxLength: 12 },
);
const admissions = fc
  .record({
    demands,
    runs: fc.nat(3),
    free: fc.tuple(fc.nat(120), fc.nat(120)),
    jobs: fc.integer({ min: 1, max: 4 }),
    cacheMiB: fc.integer({ min: 6, max: 12 }),
    reserveBytes: fc.nat(10),
  })
  .map(({ demands: all, runs, free, ...bounds }): Admission => ({
    running: all.slice(0, runs),
    queue: all.slice(runs),
    freeBytes: new Map(volumes.map((volume, n) => [volume, free[n] ?? 0])),
    limits: bounds,
  }));

const started = (admission: Admission): Demand[] => {
  const verdicts = admit(admission);
  return admission.queue.filter(({ id }) => verdicts.get(id)?.kind === 'start');
};
const sum = (all: readonly Demand[], of: 'bytes' | 'cacheMiB'): number =>
  all.reduce((total, one) => total + one[of], 0);

describe('the admission of restore jobs', () => {
  it('begins as many as may run, in the order in which they were asked for', () => {
    expect(decide({ queue: [job('1'), job('2'), job('3')] })).toEqual({
      1: { kind: 'start' },
      2: { kind: 'start' },
      3: { kind: 'wait', for: 'turn' },
    });
  });

  it('gives up none whose files are made: it waits for room', () => {
    const queue = [job('1', { isReplayed: true, bytes: 200 * gib })];
    expect(decide({ queue })).toEqual({ 1: { kind: 'wait', for: 'disk' } });
  });

  it('lets a job wait for memory, and none overtake it there', () => {
    const queue = [job('1', { cacheMiB: 600 }), job('2', { cacheMiB: 100 })];
    expect(decide({ running: [job('0')], queue })).toEqual({
      1: { kind: 'wait', for: 'memory' },
      2: { kind: 'wait', for: 'turn' },
    });
  });

  it('keeps what earlier jobs still have to write, and lets one on another disk go first', () => {
    const queue = [
      job('1', { bytes: 85 * gib }),
      job('2', { bytes: 20 * gib }),
      job('3', { volume: 'b' }),
      job('4', { bytes: 1 * gib }),
    ];
    const freeBytes = new Map([
      ['a', 90 * gib],
      ['b', 20 * gib],
    ]);
    expect(decide({ running: [job('0')], queue, freeBytes })).toEqual({
      1: { kind: 'wait', for: 'disk' },
      2: { kind: 'wait', for: 'disk' },
      3: { kind: 'start' },
      4: { kind: 'wait', for: 'disk' },
    });
  });

  it('says that a job can never begin once nothing of ours can give it room', () => {
    const big = job('1', { bytes: 100 * gib });
    expect(decide({ queue: [big] })).toEqual({
      1: { kind: 'never', neededBytes: 101 * gib, freeBytes: 100 * gib },
    });
    expect(decide({ running: [job('0')], queue: [big] })).toEqual({ 1: { kind: 'wait', for: 'disk' } });
  });

  it('never exceeds a bound', () => {
    fc.assert(
      fc.property(admissions, (admission) => {
        const { running, freeBytes, limits: bounds } = admission;
        const begun = started(admission);
        if (begun.length === 0) return;
        const all = [...running, ...begun];
        expect(all.length).toBeLessThanOrEqual(bounds.jobs);
        expect(sum(all, 'cacheMiB')).toBeLessThanOrEqual(bounds.cacheMiB);
        for (const volume of new Set(begun.map((one) => one.volume))) {
          const there = all.filter((one) => one.volume === volume);
          expect(sum(there, 'bytes') + bounds.reserveBytes).toBeLessThanOrEqual(freeBytes.get(volume) ?? 0);
        }
      }),
    );
  });

  it('decides about a job without regard to those that were asked for later', () => {
    fc.assert(
      fc.property(admissions, fc.nat(12), (admission, count) => {
        const earlier = { ...admission, queue: admission.queue.slice(0, count) };
        const [few, all] = [admit(earlier), admit(admission)];
        for (const { id } of earlier.queue) expect(all.get(id)).toEqual(few.get(id));
      }),
    );
  });

  it('keeps nobody waiting when nothing runs: the first one begins or is told that it never will', () => {
    fc.assert(
      fc.property(admissions, (admission) => {
        const [first] = admission.queue;
        const verdict = first && admit({ ...admission, running: [] }).get(first.id);
        expect(verdict?.kind).not.toBe('wait');
      }),
    );
  });

  it('lets every job that fits begin at last, when those that run end without having used more than they may', () => {
    fc.assert(
      fc.property(admissions, (admission) => {
        let { queue } = admission;
        const ended: string[] = [];
        for (let round = 0; queue.length > 0 && round < 50; round++) {
          const verdicts = admit({ ...admission, running: [], queue });
          const over = queue.filter(({ id }) => verdicts.get(id)?.kind !== 'wait');
          ended.push(...over.map(({ id }) => id));
          queue = queue.filter((one) => !over.includes(one));
        }
        expect(ended).toHaveLength(admission.queue.length);
      }),
    );
  });
});
