import { insertBatches } from './raw-insert.js';

describe('insertBatches', () => {
  const ofBytes = (length: number): Buffer => Buffer.alloc(length);

  it('keeps order and loses nothing', () => {
    const documents = Array.from({ length: 2500 }, () => ofBytes(5));
    const batches = [...insertBatches(documents)];
    expect(batches.map((batch) => batch.length)).toEqual([1000, 1000, 500]);
    expect(batches.flat()).toEqual(documents);
  });

  it('never exceeds 8 MB, except by one document that is larger alone', () => {
    const sizes = [5_000_000, 3_000_000, 1, 16_000_000, 7_999_999, 1, 1];
    const batches = [...insertBatches(sizes.map(ofBytes))].map((batch) =>
      batch.map((document) => document.length),
    );
    expect(batches).toEqual([[5_000_000, 3_000_000], [1], [16_000_000], [7_999_999, 1], [1]]);
  });

  it('makes no batch of nothing', () => {
    expect([...insertBatches([])]).toEqual([]);
  });
});
