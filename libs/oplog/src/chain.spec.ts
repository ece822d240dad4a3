import fc from 'fast-check';
import { chainId, parseChainId } from './chain.js';
import { compareTimestamps } from './timestamp.js';

const small = fc.integer({ min: 0, max: 20 });
const origin = fc.record({
  beginFetching: fc.record({ t: small, i: fc.oneof(small, fc.integer({ min: 0, max: 0xffff_ffff })) }),
  epoch: fc.oneof(small, fc.integer({ min: 0, max: 9_999_999_999 })),
});

describe('chain ids', () => {
  it('are as wide for every chain', () => {
    expect(chainId({ t: 1764000000, i: 3 }, 12)).toBe('1764000000.0000000003-0000000012');
  });

  it('sort in time, then by epoch', () => {
    fc.assert(
      fc.property(origin, origin, (a, b) => {
        const [x, y] = [chainId(a.beginFetching, a.epoch), chainId(b.beginFetching, b.epoch)];
        const order = compareTimestamps(a.beginFetching, b.beginFetching) || Math.sign(a.epoch - b.epoch);
        expect(x < y ? -1 : x > y ? 1 : 0).toBe(order);
      }),
    );
  });

  it('tell where the chain began', () => {
    fc.assert(
      fc.property(origin, (chain) => {
        expect(parseChainId(chainId(chain.beginFetching, chain.epoch))).toEqual(chain);
      }),
    );
  });

  it.each(['', 'x', '1764000000.0000000003-12', '4764000000.0000000003-0000000012', '1764000000.0000000003'])(
    'are not read from %j',
    (id) => {
      expect(parseChainId(id)).toBeNull();
    },
  );

  it.each([-1, 1.5, 10_000_000_000])('cannot be made from epoch %d', (epoch) => {
    expect(() => chainId({ t: 1, i: 1 }, epoch)).toThrow(
      expect.objectContaining({ code: 'OPLOG-90001' }) as Error,
    );
  });
});
