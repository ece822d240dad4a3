/**
 * The results of `work` on each item, in the order of the items, with up to `width` of them under way at once. Bounds
 * memory to `width` results; an item is taken only when there is room for it.
 */
export async function* inOrder<T, R>(
  items: AsyncIterable<T> | Iterable<T>,
  width: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const underWay: Promise<R>[] = [];
  for await (const item of items) {
    const result = work(item);
    // A failure is reported in its turn, or never when the reader has left.
    result.catch(() => undefined);
    underWay.push(result);
    if (underWay.length >= width) {
      const first = underWay.shift();
      if (first !== undefined) {
        yield await first;
      }
    }
  }
  for (const result of underWay) {
    yield await result;
  }
}
