import { bytes, counted, duration, isoSecond, timeOfDay } from './quantities.js';

describe('quantities', () => {
  it('are short enough for a line and exact where they are small', () => {
    expect([0, 1, 999, 1000, 9950, 78_400_000, 1_234_000_000].map(bytes)).toEqual([
      '0 bytes',
      '1 byte',
      '999 bytes',
      '1.0 kB',
      '9.9 kB',
      '78 MB',
      '1.2 GB',
    ]);
    expect([0.04, 3.21, 42.4, 72, 7500].map(duration)).toEqual([
      '0.0 s',
      '3.2 s',
      '42 s',
      '1 min 12 s',
      '2 h 5 min',
    ]);
    expect([counted(1, 'entry', 'entries'), counted(2345, 'entry', 'entries')]).toEqual([
      '1 entry',
      '2,345 entries',
    ]);
  });

  it('give times in UTC', () => {
    expect(isoSecond(1_764_000_012)).toBe('2025-11-24T16:00:12Z');
    expect(timeOfDay(1_764_000_012)).toBe('16:00:12');
  });
});
