import fc from 'fast-check';
import {
  compareTimestamps,
  endOfSecond,
  formatTimestamp,
  maxTimestamp,
  minTimestamp,
  parseTimestamp,
  parseTimestampKey,
  previousTimestamp,
  timestampKey,
  timestampsEqual,
} from './timestamp.js';

const uint32 = fc.oneof(fc.integer({ min: 0, max: 0xffff_ffff }), fc.constantFrom(0, 1, 9, 10, 0xffff_ffff));
const timestamp = fc.record({ t: uint32, i: uint32 });
/** Pairs that often share their second. */
const pair = fc.oneof(
  fc.tuple(timestamp, timestamp),
  fc.tuple(uint32, uint32, uint32).map(
    ([t, i, j]) =>
      [
        { t, i },
        { t, i: j },
      ] as const,
  ),
);

describe('timestamps', () => {
  it('order by second first, then by ordinal', () => {
    expect(compareTimestamps({ t: 1, i: 9 }, { t: 2, i: 1 })).toBe(-1);
    expect(compareTimestamps({ t: 2, i: 9 }, { t: 2, i: 10 })).toBe(-1);
    expect(compareTimestamps({ t: 2, i: 10 }, { t: 2, i: 9 })).toBe(1);
    expect(compareTimestamps({ t: 2, i: 1 }, { t: 1, i: 9 })).toBe(1);
    expect(compareTimestamps({ t: 2, i: 1 }, { t: 2, i: 1 })).toBe(0);
  });

  it('have keys that sort as they do', () => {
    fc.assert(
      fc.property(pair, ([a, b]) => {
        const [x, y] = [timestampKey(a), timestampKey(b)];
        expect(x < y ? -1 : x > y ? 1 : 0).toBe(compareTimestamps(a, b));
      }),
    );
  });

  it('come back from their keys and from their form for people', () => {
    expect(timestampKey({ t: 1764000000, i: 3 })).toBe('1764000000.0000000003');
    expect(formatTimestamp({ t: 1764000000, i: 3 })).toBe('1764000000:3');
    fc.assert(
      fc.property(timestamp, (ts) => {
        expect(parseTimestampKey(timestampKey(ts))).toEqual(ts);
        expect(parseTimestamp(formatTimestamp(ts))).toEqual(ts);
      }),
    );
  });

  it.each(['', '1764000000.3', '1764000000.00000000031', '4294967296.0000000001', '0000000001.4294967296'])(
    'are not read from %j as a key',
    (key) => {
      expect(parseTimestampKey(key)).toBeNull();
    },
  );

  it.each(['', '5', '5:', ':5', '-1:1', '1:1 ', '1.5:1', '4294967296:1', '1:4294967296'])(
    'are not read from %j',
    (text) => {
      expect(parseTimestamp(text)).toBeNull();
    },
  );

  it.each([
    { t: -1, i: 0 },
    { t: 1.5, i: 0 },
    { t: 0, i: 2 ** 32 },
    { t: Number.NaN, i: 1 },
  ])('have no key when they are not two uint32: %j', (ts) => {
    expect(() => timestampKey(ts)).toThrow(expect.objectContaining({ code: 'OPLOG-90001' }) as Error);
  });

  it('have a predecessor with nothing between, except the first of all', () => {
    expect(previousTimestamp({ t: 5, i: 1 })).toEqual({ t: 5, i: 0 });
    expect(previousTimestamp({ t: 5, i: 0 })).toEqual({ t: 4, i: 0xffff_ffff });
    expect(previousTimestamp({ t: 5, i: 0 })).toEqual(endOfSecond(4));
    expect(() => previousTimestamp({ t: 0, i: 0 })).toThrow(
      expect.objectContaining({ code: 'OPLOG-90001' }) as Error,
    );
  });

  it('are equal when no order tells them apart, and have a larger and a smaller one', () => {
    fc.assert(
      fc.property(pair, ([a, b]) => {
        expect(timestampsEqual(a, b)).toBe(compareTimestamps(a, b) === 0);
        expect(compareTimestamps(minTimestamp(a, b), maxTimestamp(a, b))).toBe(
          timestampsEqual(a, b) ? 0 : -1,
        );
        expect([a, b]).toContain(minTimestamp(a, b));
        expect([a, b]).toContain(maxTimestamp(a, b));
      }),
    );
  });
});
