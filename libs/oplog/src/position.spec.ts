import { formatPosition, positionsEqual } from './position.js';

describe('positions', () => {
  const position = { ts: { t: 7, i: 3 }, term: 5 };

  it('are equal in timestamp and term only', () => {
    expect(positionsEqual(position, { ts: { t: 7, i: 3 }, term: 5 })).toBe(true);
    expect(positionsEqual(position, { ts: { t: 7, i: 3 }, term: 6 })).toBe(false);
    expect(positionsEqual(position, { ts: { t: 7, i: 4 }, term: 5 })).toBe(false);
    expect(positionsEqual(position, { ts: { t: 8, i: 3 }, term: 5 })).toBe(false);
  });

  it('show both to people', () => {
    expect(formatPosition(position)).toBe('7:3 (term 5)');
  });
});
