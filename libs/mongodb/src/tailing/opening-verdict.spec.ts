import type { Position } from '@headwater/oplog';
import { openingVerdict } from './opening-verdict.js';

const at = (i: number, term = 3): Position => ({ ts: { t: 100, i }, term });

describe('openingVerdict', () => {
  it('continues only at exactly our entry, timestamp and term', () => {
    expect(openingVerdict(at(5), at(5), at(1))).toBe('continues');
    expect(openingVerdict(at(5), at(5), at(5))).toBe('continues');
    expect(openingVerdict(at(5), at(5, 4), at(1))).toBe('fork');
  });

  it('calls it a gap when the oplog begins after our entry, whatever was read', () => {
    expect(openingVerdict(at(5), at(7), at(6))).toBe('gap');
    expect(openingVerdict(at(5), null, at(6))).toBe('gap');
  });

  it('calls it a fork only when something newer is there and ours is not', () => {
    expect(openingVerdict(at(5), at(6), at(1))).toBe('fork');
    expect(openingVerdict(at(5), null, at(1))).toBe('behind');
    expect(openingVerdict(at(5), null, null)).toBe('behind');
  });
});
