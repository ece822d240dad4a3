import fc from 'fast-check';
import { pageOf } from './pages.js';

describe('a list', () => {
  it('is read whole, once and in order, page by page', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string({ minLength: 1 })),
        fc.integer({ min: 1, max: 7 }),
        (items, limit) => {
          const read: string[] = [];
          let cursor: string | undefined;
          do {
            const page = pageOf(
              items,
              { limit, ...(cursor === undefined ? {} : { cursor }) },
              (item) => item,
            );
            expect(page.items.length).toBeLessThanOrEqual(limit);
            read.push(...page.items);
            cursor = page.nextCursor;
          } while (cursor !== undefined);
          expect(read).toEqual(items);
        },
      ),
    );
  });

  it('is not begun anew for a cursor that names nothing', () => {
    expect(() => pageOf(['a', 'b'], { limit: 1, cursor: 'c' }, (item) => item)).toThrow('cursor');
  });
});
