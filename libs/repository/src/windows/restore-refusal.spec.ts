import fc from 'fast-check';
import { anyInventory, at, end, inventory, isRestorable, plan } from '../spec-support/inventories.js';
import type { ChainEnd } from '../oplog/chain-end.js';
import { forkAt, gapOf, sliceRef, ts } from '../spec-support/layout.js';
import { blockSnapshot as snapshot } from '../spec-support/snapshot-summaries.js';

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

  it('never lets anybody wait for the rest of a second at which a history ended', () => {
    const last = { kind: 'time', t: ts(9).t } as const;
    const ended = (end: ChainEnd) =>
      plan(last, inventory({ a: [sliceRef(0, 9)] }, [snapshot(4, 'a')], { a: [end] }));
    expect(ended(gapOf(9, 14))).toMatchObject({ reason: 'in-gap', nearestBefore: ts(9) });
    expect(ended(forkAt(9))).toMatchObject({ reason: 'after-fork', nearestBefore: ts(9) });
    const behindHole = inventory({ a: [sliceRef(0, 9), sliceRef(12, 20)] }, [
      snapshot(4, 'a'),
      snapshot(13, 'a'),
    ]);
    expect(plan(last, behindHole)).toMatchObject({ reason: 'between-windows', nearestAfter: ts(13) });
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
