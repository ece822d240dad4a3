import { summaryOf } from './series.js';

const every = (values: readonly number[]) => values.map((value, n) => ({ atSeconds: n * 30, value }));

describe('the summary of a series', () => {
  it('tells the extremes, the middle, both ends and the growth', () => {
    const points = every([10, 11, 12, 13, 14, 15, 16, 17]);
    expect(summaryOf({ name: 'file', unit: 'bytes', points })).toEqual({
      name: 'file',
      unit: 'bytes',
      min: 10,
      median: 13,
      max: 17,
      firstQuarter: 10,
      lastQuarter: 16,
      perHour: 120,
    });
  });

  it('has no growth where nothing grows, or nothing was seen twice', () => {
    expect(summaryOf({ name: 'file', unit: 'bytes', points: every([5, 5, 5, 5]) }).perHour).toBe(0);
    expect(summaryOf({ name: 'file', unit: 'bytes', points: every([5]) }).perHour).toBe(0);
  });
});
