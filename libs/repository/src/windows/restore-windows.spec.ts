import fc from 'fast-check';
import type { ChainEnd, SliceRef } from '../index.js';
import { restoreWindows } from '../index.js';
import { anyInventory, basesOf, end, inventory, isRestorable } from '../spec-support/inventories.js';
import { forkAt, gapOf, numberOf, sliceRef, ts } from '../spec-support/layout.js';
import { blockSnapshot as snapshot, syncOf } from '../spec-support/snapshot-summaries.js';

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

  it('begin at a base, and come in the order of chains, then of time', () => {
    fc.assert(
      fc.property(anyInventory, (among) => {
        const windows = restoreWindows(among);
        for (const [n, { chain, from, to }] of windows.entries()) {
          expect(basesOf(among, chain)).toContain(numberOf(from));
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

  it('begin at the end of a complete initial sync, once the oplog of its window is archived', () => {
    const windowsOf = (slices: readonly SliceRef[]) =>
      restoreWindows(inventory({ c: slices }, [], {}, [syncOf(3, 7)]));
    expect(windowsOf([sliceRef(2, 6)])).toEqual([]);
    expect(windowsOf([sliceRef(3, 9)])).toEqual([]);
    expect(windowsOf([sliceRef(2, 9)])).toEqual([{ chain: 'c', from: ts(7), to: ts(9), endedBy: null }]);
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
