import fc from 'fast-check';
import type { BlockSummary, RestorePlan, RestoreTarget, SliceRef } from '../index.js';
import { planRestore, restoreWindows } from '../index.js';
import type { Inventory } from '../spec-support/inventories.js';
import {
  anyInventory,
  at,
  basesOf,
  end,
  inventory,
  isRestorable,
  plan,
} from '../spec-support/inventories.js';
import { forkAt, isWhole, numberOf, sliceRef, ts } from '../spec-support/layout.js';
import { blockSnapshot as snapshot, logSnapshot } from '../spec-support/snapshot-summaries.js';

/** What a plan has to be to lead to its target. */
function expectSound({ base, from, slices, target, chain }: RestorePlan, among: Inventory): void {
  const below = basesOf(among, chain).filter((one) => one <= numberOf(target));
  expect(numberOf(base.ts)).toBe(Math.max(...below));
  expect(base.chain).toBe(chain);
  expect(from).toEqual(base.position);
  expect(isWhole(slices, numberOf(base.ts), numberOf(target))).toBe(true);
  expect(slices.length > 0).toBe(numberOf(base.ts) < numberOf(target));
}

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
