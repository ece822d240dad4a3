import fc from 'fast-check';
import type {
  BlockSummary,
  ChainEnd,
  RestorePlan,
  RestoreRefusal,
  RestoreTarget,
  SliceRef,
  SnapshotSummary,
} from '../index.js';
import { planRestore, restoreWindows } from '../index.js';
import {
  anyEnds,
  anyLayout,
  forkAt,
  gapOf,
  isWhole,
  numberOf,
  sliceRef,
  ts,
} from '../spec-support/layout.js';
import { blockSnapshot as snapshot, logSnapshot } from '../spec-support/snapshot-summaries.js';

const end = 24;

function inventory(
  chains: Record<string, readonly SliceRef[]>,
  snapshots: readonly SnapshotSummary[],
  ends: Record<string, readonly ChainEnd[]> = {},
) {
  return {
    chains: Object.entries(chains).map(([chain, slices]) => ({ chain, slices, ends: ends[chain] ?? [] })),
    snapshots,
  };
}

const anyPlace = fc.nat({ max: end });
const anyChain = fc.record({
  slices: anyLayout(end),
  blocks: fc.uniqueArray(anyPlace, { maxLength: 4 }),
  /** Their bases are there or not. */
  logs: fc.array(
    fc.tuple(anyPlace, anyPlace).filter(([base, n]) => base < n),
    { maxLength: 3 },
  ),
  ends: anyEnds(end),
});

const anyInventory = fc
  .record({
    older: anyChain,
    newer: anyChain,
  })
  .map(({ older, newer }) =>
    inventory(
      { a: older.slices, b: newer.slices },
      [
        ...newer.blocks.map((n) => snapshot(n, 'b')),
        ...older.blocks.map((n) => snapshot(n, 'a')),
        ...newer.logs.map(([base, n]) => logSnapshot(base, n, 'b')),
        ...older.logs.map(([base, n]) => logSnapshot(base, n, 'a')),
      ],
      { a: older.ends, b: newer.ends },
    ),
  );

type Inventory = ReturnType<typeof inventory>;

function blocksOf({ snapshots }: Inventory, chain: string): SnapshotSummary[] {
  return snapshots.filter((one) => one.chain === chain && one.kind === 'block');
}

/** By trying: is there a block snapshot from which everything up to n is archived, and does the chain reach n? */
function isRestorable(among: Inventory, chain: string, n: number): boolean {
  const { slices = [], ends = [] } = among.chains.find((listing) => listing.chain === chain) ?? {};
  const isBehind = ends.some((end) => numberOf(end.kind === 'gap' ? end.from : end.at) < n);
  return (
    !isBehind &&
    blocksOf(among, chain).some((one) => numberOf(one.ts) <= n && isWhole(slices, numberOf(one.ts), n))
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
  const below = blocksOf(among, chain).filter((one) => numberOf(one.ts) <= numberOf(target));
  expect(numberOf(base.ts)).toBe(Math.max(...below.map((one) => numberOf(one.ts))));
  expect(base.kind).toBe('block');
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

  it('begin at a block snapshot, and come in the order of chains, then of time', () => {
    fc.assert(
      fc.property(anyInventory, (among) => {
        const windows = restoreWindows(among);
        for (const [n, { chain, from, to }] of windows.entries()) {
          expect(blocksOf(among, chain).some((one) => numberOf(one.ts) === numberOf(from))).toBe(true);
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
      { chain: 'c', from: ts(2), to: ts(6), endedBy: { kind: 'hole', at: ts(6), to: ts(8) } },
      { chain: 'c', from: ts(12), to: ts(20), endedBy: null },
    ]);
  });

  it('never cross chains', () => {
    const among = inventory({ a: [sliceRef(0, 6)], b: [sliceRef(6, 12)] }, [snapshot(2, 'a')]);
    expect(restoreWindows(among)).toEqual([{ chain: 'a', from: ts(2), to: ts(6), endedBy: null }]);
  });

  it('of a snapshot without slices are that one moment', () => {
    expect(restoreWindows(inventory({}, [snapshot(5)]))).toEqual([
      { chain: 'c', from: ts(5), to: ts(5), endedBy: null },
    ]);
  });

  it('end at a gap or a fork, that moment included, and say so; what lies above is of no history', () => {
    const slices = [sliceRef(0, 6), sliceRef(6, 12)];
    const ended = (end: ChainEnd, ...more: ChainEnd[]) =>
      restoreWindows(inventory({ c: slices }, [snapshot(2), snapshot(11)], { c: [end, ...more] }));
    const gap = { kind: 'gap', at: ts(9), to: ts(14) };
    expect(ended(gapOf(9, 14))).toEqual([{ chain: 'c', from: ts(2), to: ts(9), endedBy: gap }]);
    const fork = { kind: 'fork', at: ts(6) };
    expect(ended(forkAt(6))).toEqual([{ chain: 'c', from: ts(2), to: ts(6), endedBy: fork }]);
    expect(ended(gapOf(9, 14), forkAt(6))).toMatchObject([{ to: ts(6), endedBy: fork }]);
  });

  it('of a chain that has ended say so even where its last slice was lost', () => {
    const among = inventory({ c: [sliceRef(0, 6)] }, [snapshot(2)], { c: [gapOf(9, 14)] });
    expect(restoreWindows(among)).toMatchObject([{ to: ts(6), endedBy: { kind: 'gap', at: ts(9) } }]);
  });

  it('stop at two slices of one range that contradict each other', () => {
    const among = inventory({ c: [sliceRef(0, 6), sliceRef(6, 9, 'a'), sliceRef(6, 9, 'b')] }, [snapshot(2)]);
    expect(restoreWindows(among)).toEqual([
      { chain: 'c', from: ts(2), to: ts(6), endedBy: { kind: 'fork', at: ts(6) } },
    ]);
  });

  it('always say why they end before the newest slice of their chain', () => {
    fc.assert(
      fc.property(anyInventory, (among) => {
        for (const { chain, to, endedBy } of restoreWindows(among)) {
          const { slices = [], ends = [] } = among.chains.find((listing) => listing.chain === chain) ?? {};
          const goesOn = slices.some((slice) => numberOf(slice.to) > numberOf(to));
          expect(endedBy !== null).toBe(goesOn || ends.length > 0);
        }
      }),
      { numRuns: 500 },
    );
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
      top: snapshot(9).position,
      slices: [],
    });
    expect(plan(at(2), among)).toMatchObject({ kind: 'plan', base: { id: 'c-2' }, slices: [] });
  });
});

describe('a restore plan that must do without a base', () => {
  const among = inventory({ c: [sliceRef(0, 20)] }, [snapshot(2), snapshot(9)]);
  const without = (target: RestoreTarget, ...ids: string[]) =>
    planRestore({ target, excluding: new Set(ids) }, among);

  it('takes the next older one, and never one above the target', () => {
    expect(without(at(12))).toMatchObject({ base: { id: 'c-9' } });
    expect(without(at(12), 'c-9')).toMatchObject({ base: { id: 'c-2' }, from: { ts: ts(2) } });
    expect(without(at(12), 'c-9', 'c-2')).toMatchObject({ reason: 'nothing-restorable' });
    expect(without(at(5), 'c-2')).toMatchObject({ reason: 'before-windows', nearestAfter: ts(9) });
    expect(without({ kind: 'snapshot', snapshotId: 'c-9' }, 'c-9')).toMatchObject({
      reason: 'unknown-snapshot',
    });
  });
});

describe('a log snapshot', () => {
  const slices = [sliceRef(0, 6), sliceRef(6, 20)];
  const blocks = [snapshot(2), snapshot(5)];
  const log = logSnapshot(5, 12);
  const target = { kind: 'snapshot', snapshotId: log.id } as const;

  it('is its base and the oplog up to its very position', () => {
    const among = inventory({ c: slices }, [...blocks, log]);
    expect(plan(target, among)).toEqual({
      ...{ kind: 'plan', chain: 'c', base: snapshot(5), from: snapshot(5).position },
      ...{ target: ts(12), top: log.position, slices },
    });
  });

  it('is restored from another base where its own is gone', () => {
    expect(plan(target, inventory({ c: slices }, [snapshot(2), log]))).toMatchObject({ base: { id: 'c-2' } });
    const among = inventory({ c: slices }, [...blocks, log]);
    expect(planRestore({ target, excluding: new Set(['c-5']) }, among)).toMatchObject({
      base: { id: 'c-2' },
    });
  });

  it('is refused where it lacks something, which is named', () => {
    const refused = (listed: readonly SliceRef[], bases: readonly BlockSummary[]) =>
      plan(target, inventory({ c: listed }, [...bases, log]));
    expect(refused(slices, [])).toMatchObject({ reason: 'nothing-restorable' });
    expect(refused(slices, [snapshot(14)])).toMatchObject({
      reason: 'missing-base',
      message: expect.stringContaining('c-5') as string,
    });
    expect(refused([sliceRef(0, 6), sliceRef(9, 20)], blocks)).toMatchObject({
      reason: 'missing-slices',
      message: expect.stringContaining('(2:0, 3:0]') as string,
    });
    expect(refused([...slices, sliceRef(6, 20, 'b')], blocks)).toMatchObject({ reason: 'missing-slices' });
  });

  it('above the end of its chain is none', () => {
    const among = inventory({ c: slices }, [...blocks, log], { c: [forkAt(11)] });
    expect(plan(target, among)).toMatchObject({ reason: 'unknown-snapshot' });
  });

  it('adds nothing to what can be restored by time, and takes nothing away', () => {
    fc.assert(
      fc.property(anyInventory, (among) => {
        const blocksOnly = { ...among, snapshots: among.snapshots.filter(({ kind }) => kind === 'block') };
        expect(restoreWindows(among)).toEqual(restoreWindows(blocksOnly));
      }),
    );
  });

  it('has a plan exactly when there is a base that everything up to it is archived from', () => {
    fc.assert(
      fc.property(anyInventory, (among) => {
        for (const one of among.snapshots.filter(({ kind }) => kind === 'log')) {
          const answer = plan({ kind: 'snapshot', snapshotId: one.id }, among);
          expect(answer.kind === 'plan').toBe(isRestorable(among, one.chain, numberOf(one.ts)));
          if (answer.kind === 'plan') {
            expect(isWhole(answer.slices, numberOf(answer.base.ts), numberOf(one.ts))).toBe(true);
            expect(answer).toMatchObject({ target: one.ts, top: one.position, chain: one.chain });
          }
        }
      }),
      { numRuns: 1_000 },
    );
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

  it('says of a target in a gap, or above a fork, why there is nothing', () => {
    const slices = { a: [sliceRef(0, 9)], b: [sliceRef(15, 20)] };
    const both = [snapshot(4, 'a'), snapshot(17, 'b')];
    const behindGap = inventory(slices, both, { a: [gapOf(9, 14)] });
    const nearest = { nearestBefore: ts(9), nearestAfter: ts(17) };
    expect(plan(at(10), behindGap)).toMatchObject({ reason: 'in-gap', ...nearest });
    expect(plan(at(14), behindGap)).toMatchObject({ reason: 'in-gap', ...nearest });
    expect(plan(at(15), behindGap)).toMatchObject({ reason: 'between-windows', ...nearest });
    const behindFork = inventory(slices, both, { a: [forkAt(9)] });
    expect(plan(at(10), behindFork)).toMatchObject({ reason: 'after-fork', ...nearest });
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
