import { nextToExpire, transactionMessages } from './expiry.js';
import type { KeptMessage } from './kept-messages.js';

const mebibyte = 1024 * 1024;
const messages = (count: number, bytes: number): KeptMessage[] =>
  Array.from({ length: count }, (_, offset) => ({
    offset,
    key: 'k',
    at: offset * 10,
    bytes,
    isTombstone: false,
    newest: count,
  }));

describe('what expires next', () => {
  it('is the oldest above the size that is kept', () => {
    const facts = { committedBytes: 1000, keptBytes: 450, agedBefore: 0 };
    expect(nextToExpire(messages(10, 100), facts)).toHaveLength(6);
  });

  it('is what has aged, and nothing behind the first that is to stay', () => {
    const facts = { committedBytes: 1000, keptBytes: 1000, agedBefore: 30 };
    const [first, second, third, ...rest] = messages(10, 100);
    const mixed = [first, second, { ...third, at: 500 }, { ...rest[0], at: 0 }] as KeptMessage[];
    expect(nextToExpire(mixed, facts).map(({ offset }) => offset)).toEqual([0, 1]);
  });

  it('is no more than a short transaction takes, and one message however large', () => {
    const facts = { committedBytes: Infinity, keptBytes: 0, agedBefore: 0 };
    expect(nextToExpire(messages(1000, 100), facts)).toHaveLength(transactionMessages);
    expect(nextToExpire(messages(100, 3 * mebibyte), facts)).toHaveLength(2);
    expect(nextToExpire(messages(2, 64 * mebibyte), facts)).toHaveLength(1);
    expect(nextToExpire([], facts)).toEqual([]);
  });
});
