import fc from 'fast-check';
import type { RestorePlan, RestoreRefusal, RestoreTarget, SliceRef, SnapshotSummary } from '../index.js';
import { planRestore, restoreWindows } from '../index.js';
import { anyLayout, isWhole, numberOf, sliceRef, ts } from '../spec-support/layout.js';

const end = 24;

function snapshot(n: number, chain = 'c'): SnapshotSummary {
  const position = { ts: ts(n), term: 1 };
  return {
    ...{
      id: `${chain}-${n}`,
      key: `snapshots/${chain}-${n}.json`,
      ts: position.ts,
      position,
      chain,
      kind: 'block',
    },
    ...{
      deployment: 'd',
      replicaSet: 'rs0',
      replicaSetId: 'a',
      serverVersion: '6.0.5',
      fcv: '6.0',
      parent: null,
    },
    ...{ sizeBytes: 1, storedBytes: 1, createdAt: '2026-11-24T08:00:00Z' },
  };
}

function inventory(chains: Record<string, readonly SliceRef[]>, snapshots: readonly SnapshotSummary[]) {
  return {
    chains: Object.entries(chains).map(([chain, slices]) => ({ chain, slices, ends: [] })),
    snapshots,
  };
}

const anyInventory = fc
  .record({
    older: fc.tuple(anyLayout(end), fc.uniqueArray(fc.nat({ max: end }), { maxLength: 4 })),
    newer: fc.tuple(anyLayout(end), fc.uniqueArray(fc.nat({ max: end }), { maxLength: 4 })),
  })
  .map(({ older, newer }) =>
    inventory({ a: older[0], b: newer[0] }, [
      ...newer[1].map((n) => snapshot(n, 'b')),
      ...older[1].map((n) => snapshot(n, 'a')),
    ]),
  );

type Inventory = ReturnType<typeof inventory>;

/** By trying: is there a snapshot from which everything up to n is archived? */
function isRestorable({ chains, snapshots }: Inventory, chain: string, n: number): boolean {
  const slices = chains.find((listing) => listing.chain === chain)?.slices ?? [];
  return snapshots.some(
    (one) => one.chain === chain && numberOf(one.ts) <= n && isWhole(slices, numberOf(one.ts), n),
  );
}

function plan(target: RestoreTarget, from: Inventory, chain?: string): RestorePlan | RestoreRefusal {
  return planRestore({ target, ...(chain === undefined ? {} : { chain }) }, from);
}

function at(n: number): RestoreTarget {
  return { kind: 'timestamp', ts: ts(n) };
}

/** What a plan has to be to lead to its target. */
function expectSound({ base, from, slices, target, chain }: RestorePlan, among: Inventory): void {
  const above = among.snapshots.filter((one) => one.chain === chain && numberOf(one.ts) <= numberOf(target));
  expect(numberOf(base.ts)).toBe(Math.max(...above.map((one) => numberOf(one.ts))));
  expect(base.chain).toBe(chain);
  expect(from).toEqual(base.position);
  expect(isWhole(slices, numberOf(base.ts), numberOf(target))).toBe(true);
  expect(slices.length > 0).toBe(numberOf(base.ts) < numberOf(target));
}

describe('restore windows', () => {
  it('contain exactly what can be restored: no timestamp too many, none too few', () => {
    fc.assert(
      fc.property(anyInventory, (among) => {
        const windows = restoreWindows(among);
        for (const chain of ['a', 'b']) {
          for (let n = 0; n <= end + 1; n += 1) {
            const inside = windows.filter(
              (window) => window.chain === chain && numberOf(window.from) <= n && n <= numberOf(window.to),
            );
            expect(inside.length).toBe(isRestorable(among, chain, n) ? 1 : 0);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it('begin at a snapshot, and come in the order of chains, then of time', () => {
    fc.assert(
      fc.property(anyInventory, (among) => {
        const windows = restoreWindows(among);
        for (const [n, { chain, from, to }] of windows.entries()) {
          expect(
            among.snapshots.some((one) => one.chain === chain && numberOf(one.ts) === numberOf(from)),
          ).toBe(true);
          const next = windows[n + 1];
          expect(next === undefined || chain < next.chain || numberOf(to) < numberOf(next.from)).toBe(true);
        }
      }),
    );
  });

  it('split at a hole: the later one begins at the next snapshot behind it', () => {
    const among = inventory({ c: [sliceRef(0, 6), sliceRef(8, 20)] }, [
      snapshot(2),
      snapshot(4),
      snapshot(12),
    ]);
    expect(restoreWindows(among)).toEqual([
      { chain: 'c', from: ts(2), to: ts(6) },
      { chain: 'c', from: ts(12), to: ts(20) },
    ]);
  });

  it('never cross chains', () => {
    const among = inventory({ a: [sliceRef(0, 6)], b: [sliceRef(6, 12)] }, [snapshot(2, 'a')]);
    expect(restoreWindows(among)).toEqual([{ chain: 'a', from: ts(2), to: ts(6) }]);
  });

  it('of a snapshot without slices are that one moment', () => {
    expect(restoreWindows(inventory({}, [snapshot(5)]))).toEqual([{ chain: 'c', from: ts(5), to: ts(5) }]);
  });
});

describe('a restore plan', () => {
  it('is there for every timestamp in a window, from the newest snapshot of the newest chain that has it', () => {
    fc.assert(
      fc.property(anyInventory, fc.nat({ max: end + 1 }), (among, n) => {
        const answer = plan(at(n), among);
        const newest = ['b', 'a'].find((chain) => isRestorable(among, chain, n));
        expect(answer.kind === 'plan' ? answer.chain : undefined).toBe(newest);
        if (answer.kind === 'plan') {
          expect(answer.target).toEqual(ts(n));
          expectSound(answer, among);
        }
        for (const chain of ['a', 'b']) {
          const named = plan(at(n), among, chain);
          expect(named.kind === 'plan').toBe(isRestorable(among, chain, n));
          expect(named.kind === 'plan' ? named.chain : chain).toBe(chain);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('to a second needs what lies beyond it, and takes all of the second', () => {
    fc.assert(
      fc.property(anyInventory, fc.nat({ max: end / 3 }), (among, t) => {
        const answer = plan({ kind: 'time', t }, among);
        const windows = restoreWindows(among);
        const possible = windows.filter(({ from, to }) => from.t <= t && to.t > t);
        expect(answer.kind === 'plan').toBe(possible.length > 0);
        if (answer.kind === 'plan') {
          expect(answer.target).toEqual({ t, i: 0xffff_ffff });
          expect(answer.chain).toBe(possible.at(-1)?.chain);
          expect(answer.base.ts.t).toBeLessThanOrEqual(t);
          expect(isWhole(answer.slices, numberOf(answer.base.ts), 3 * t + 2)).toBe(true);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('to the latest moment leads to the end of the newest window', () => {
    fc.assert(
      fc.property(anyInventory, (among) => {
        const answer = plan({ kind: 'latest' }, among);
        const newest = restoreWindows(among).at(-1);
        expect(answer.kind === 'plan' ? [answer.chain, answer.target] : null).toEqual(
          newest === undefined ? null : [newest.chain, newest.to],
        );
        if (answer.kind === 'plan') {
          expectSound(answer, among);
        }
      }),
    );
  });

  it('to a snapshot needs no slice', () => {
    const among = inventory({ c: [sliceRef(0, 4)] }, [snapshot(2), snapshot(9)]);
    expect(plan({ kind: 'snapshot', snapshotId: 'c-9' }, among)).toEqual({
      kind: 'plan',
      chain: 'c',
      base: snapshot(9),
      from: snapshot(9).position,
      target: ts(9),
      slices: [],
    });
    expect(plan(at(2), among)).toMatchObject({ kind: 'plan', base: { id: 'c-2' }, slices: [] });
  });
});

describe('a refusal', () => {
  const among = inventory({ a: [sliceRef(3, 9)], b: [sliceRef(15, 20)] }, [
    snapshot(4, 'a'),
    snapshot(16, 'b'),
  ]);

  it.each([
    ['before-windows', at(3), null, 4],
    ['between-windows', at(12), 9, 16],
    ['after-windows', at(21), 20, null],
    ['second-incomplete', { kind: 'time', t: 6 }, 20, null],
    ['second-incomplete', { kind: 'time', t: 3 }, 9, 16],
    ['after-windows', { kind: 'time', t: 7 }, 20, null],
    ['before-windows', { kind: 'time', t: 0 }, null, 4],
    ['unknown-snapshot', { kind: 'snapshot', snapshotId: 'x' }, null, null],
  ] as const)('%s names what can be restored instead', (reason, target, before, after) => {
    expect(plan(target, among)).toEqual({
      kind: 'refusal',
      reason,
      message: expect.stringMatching(/\.$/) as string,
      nearestBefore: before === null ? null : ts(before),
      nearestAfter: after === null ? null : ts(after),
    });
  });

  it('tells a chain that has nothing from a deployment that has nothing', () => {
    expect(plan({ kind: 'latest' }, among, 'z')).toMatchObject({ reason: 'unknown-chain' });
    expect(plan({ kind: 'snapshot', snapshotId: 'a-4' }, among, 'b')).toMatchObject({
      reason: 'unknown-snapshot',
    });
    expect(plan({ kind: 'latest' }, inventory({ a: [sliceRef(0, 9)] }, []))).toMatchObject({
      reason: 'nothing-restorable',
    });
  });

  it('names moments that can be restored, the nearest ones there are', () => {
    fc.assert(
      fc.property(anyInventory, fc.nat({ max: end + 1 }), (some, n) => {
        const answer = plan(at(n), some);
        if (answer.kind === 'plan' || answer.reason === 'nothing-restorable') {
          return;
        }
        const restorable = (m: number) => isRestorable(some, 'a', m) || isRestorable(some, 'b', m);
        const all = Array.from({ length: end + 2 }, (_, m) => m).filter(restorable);
        const before = all.findLast((m) => m < n);
        const after = all.find((m) => m > n);
        expect(answer.nearestBefore).toEqual(before === undefined ? null : ts(before));
        expect(answer.nearestAfter).toEqual(after === undefined ? null : ts(after));
      }),
      { numRuns: 500 },
    );
  });
});
