import fc from 'fast-check';
import type { BlockRef } from './file-map.js';
import { rawLengthOf, readWindows } from './read-window.js';

const kibibyte = 1024;
const mebibyte = 1024 * kibibyte;

const anyBlock: fc.Arbitrary<BlockRef> = fc.oneof(
  fc.record({ zero: fc.constant(true as const), length: fc.integer({ min: 1, max: 128 * kibibyte }) }),
  fc.record({
    sha256: fc.constant('s'),
    pack: fc.constantFrom('p', 'q', 'r'),
    offset: fc.nat({ max: 4 * mebibyte }),
    length: fc.integer({ min: 1, max: 128 * kibibyte }),
    rawLength: fc.constant(128 * kibibyte),
  }),
);

function stored(offset: number, length: number, pack = 'p'): BlockRef {
  return { sha256: 's', pack, offset, length, rawLength: 128 * kibibyte };
}

describe('reading windows', () => {
  it('have every block once, in order, in its place, inside of its span', () => {
    fc.assert(
      fc.property(fc.array(anyBlock, { maxLength: 300 }), fc.nat(), (blocks, start) => {
        const planned = [...readWindows(blocks, start)].flatMap((window) => window.blocks);
        expect(planned.map(({ block }) => block)).toEqual(blocks);
        let at = start;
        for (const { block, offset, span } of planned) {
          expect(offset).toBe(at);
          at += rawLengthOf(block);
          if ('zero' in block) {
            expect(span).toBeNull();
          } else {
            expect(span?.pack).toBe(block.pack);
            expect(block.offset).toBeGreaterThanOrEqual(span?.offset ?? Infinity);
            expect(block.offset + block.length).toBeLessThanOrEqual(
              (span?.offset ?? 0) + (span?.length ?? 0),
            );
          }
        }
      }),
    );
  });

  it('never hold much more than what is needed', () => {
    fc.assert(
      fc.property(fc.array(anyBlock, { maxLength: 300 }), (blocks) => {
        for (const { blocks: some, spans } of readWindows(blocks, 0)) {
          const needed = some.reduce((sum, { block }) => sum + ('zero' in block ? 0 : block.length), 0);
          expect(needed).toBeLessThan(8 * mebibyte + 128 * kibibyte);
          const read = spans.reduce((sum, { length }) => sum + length, 0);
          expect(read).toBeLessThanOrEqual(2 * needed + spans.length * 64 * kibibyte);
        }
      }),
    );
  });

  it('read blocks that follow each other at once, 8 MiB at a time', () => {
    const blocks = Array.from({ length: 200 }, (_, n) => stored(n * 100_000, 100_000));
    const spans = [...readWindows(blocks, 0)].flatMap((window) => window.spans);
    expect(spans.map(({ length }) => length)).toEqual([8_400_000, 8_400_000, 3_200_000]);
  });

  it('read the blocks of alternating packs in one range for each pack', () => {
    const blocks = Array.from({ length: 60 }, (_, n) =>
      stored(n * 100_000, 100_000, n % 2 === 0 ? 'p' : 'q'),
    );
    const [window, ...others] = readWindows(blocks, 0);
    expect(others).toEqual([]);
    expect(window?.spans.map(({ pack }) => pack)).toEqual(['p', 'q']);
  });

  it('do not read far past what is needed', () => {
    const [window] = readWindows([stored(0, 10), stored(mebibyte, 10), stored(mebibyte + 100, 10)], 0);
    expect(window?.spans.map(({ offset, length }) => [offset, length])).toEqual([
      [0, 10],
      [mebibyte, 110],
    ]);
  });
});
