import fc from 'fast-check';
import { compress, decompress } from './zstd.js';

describe('zstd', () => {
  it('gives back what was compressed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 5_000 }),
        fc.integer({ min: 1, max: 60 }),
        async (seed, times) => {
          const raw = Buffer.concat(Array.from({ length: times }, () => seed));
          expect((await decompress(await compress(raw), raw.length)).equals(raw)).toBe(true);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('reads frames that follow each other', async () => {
    const frames = Buffer.concat([await compress(Buffer.from('one ')), await compress(Buffer.from('two'))]);
    expect((await decompress(frames, 7)).toString()).toBe('one two');
  });

  it('refuses what holds more or less than it should, is cut short, or goes on behind its end', async () => {
    const compressed = await compress(Buffer.alloc(5_000, 'abc'));
    await expect(decompress(compressed, 4_999)).rejects.toThrow();
    await expect(decompress(compressed, 5_001)).rejects.toThrow('5000 bytes, not 5001');
    await expect(decompress(compressed.subarray(0, -1), 5_000)).rejects.toThrow();
    await expect(decompress(Buffer.concat([compressed, Buffer.from('more')]), 5_000)).rejects.toThrow();
    await expect(decompress(Buffer.alloc(0), 5_000)).rejects.toThrow('0 bytes');
  });

  it('never makes more of a small object than it should hold', async () => {
    const bomb = await compress(Buffer.alloc(64 * 1024 * 1024));
    await expect(decompress(bomb, 1_000)).rejects.toThrow('larger than 1000 bytes');
  });
});
