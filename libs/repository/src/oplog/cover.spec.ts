import fc from 'fast-check';
import { anyLayout, isArchived, isWhole, listed, numberOf, sliceRef, ts } from '../spec-support/layout.js';
import { coverOf, unbrokenFrom } from './cover.js';

const end = 24;
const moment = fc.nat({ max: end + 2 });

describe('a cover', () => {
  it('is there exactly where every timestamp is archived, and else names what is missing', () => {
    fc.assert(
      fc.property(anyLayout(end), moment, moment, (slices, from, to) => {
        const cover = coverOf(slices, ts(from), ts(to));
        expect(cover.kind === 'covered').toBe(isWhole(slices, from, to));
        if (cover.kind === 'missing') {
          const [first, last] = [numberOf(cover.range.from), numberOf(cover.range.to)];
          expect(from <= first && first < last && last <= to).toBe(true);
          expect(isWhole(slices, from, first)).toBe(true);
          for (let n = first + 1; n <= last; n += 1) {
            expect(isArchived(slices, n)).toBe(false);
          }
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('takes listed slices that leave nothing out, as few as there can be, of which only neighbours overlap', () => {
    fc.assert(
      fc.property(anyLayout(end), moment, moment, (slices, from, to) => {
        const cover = coverOf(slices, ts(from), ts(to));
        if (cover.kind !== 'covered') {
          return;
        }
        let reached = from;
        for (const [n, slice] of cover.slices.entries()) {
          expect(slices).toContain(slice);
          expect(numberOf(slice.from)).toBeLessThanOrEqual(reached);
          expect(numberOf(slice.to)).toBeGreaterThan(reached);
          const beforeLast = cover.slices[n - 2];
          expect(beforeLast === undefined || numberOf(beforeLast.to) < numberOf(slice.from)).toBe(true);
          reached = numberOf(slice.to);
        }
        expect(reached).toBeGreaterThanOrEqual(Math.min(to, from === reached ? to : reached));
        expect(to <= from ? cover.slices : []).toEqual([]);
        expect(to <= reached || to <= from).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('of two contents for one range is refused, not chosen', () => {
    const twins = listed([sliceRef(0, 4), sliceRef(4, 8, 'a'), sliceRef(4, 8, 'b'), sliceRef(3, 9)]);
    expect(coverOf(twins, ts(0), ts(4)).kind).toBe('covered');
    const refused = coverOf(twins, ts(0), ts(5));
    expect(refused.kind === 'forked' && refused.slices.map(({ hash }) => hash)).toEqual(['a', 'b']);
    expect(coverOf(twins, ts(7), ts(9)).kind).toBe('forked');
    expect(coverOf(twins, ts(8), ts(9)).kind).toBe('covered');
    expect(coverOf(twins, ts(5), ts(5)).kind).toBe('covered');
  });
});

describe('an unbroken run', () => {
  it('ends at the largest timestamp that can be covered from its start', () => {
    fc.assert(
      fc.property(anyLayout(end), moment, (slices, start) => {
        let expected = start;
        while (isArchived(slices, expected + 1)) {
          expected += 1;
        }
        expect(numberOf(unbrokenFrom({ slices }, ts(start)))).toBe(expected);
        expect(coverOf(slices, ts(start), ts(expected)).kind).toBe('covered');
        expect(coverOf(slices, ts(start), ts(expected + 1)).kind).not.toBe('covered');
      }),
      { numRuns: 2_000 },
    );
  });
});
