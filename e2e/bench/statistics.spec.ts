import { median, quantile } from './statistics.js';

describe('a quantile', () => {
  it('is a value that was measured, and the share of values up to it is at least the one asked for', () => {
    const values = [5, 1, 4, 2, 3];
    expect(median(values)).toBe(3);
    expect(median([1, 2])).toBe(1);
    expect(quantile(values, 0.99)).toBe(5);
    expect(quantile(values, 0.2)).toBe(1);
    expect(quantile(values, 0)).toBe(1);
  });

  it('of nothing is an error, not a good figure', () => {
    expect(() => quantile([], 0.5)).toThrow('no values');
  });
});
