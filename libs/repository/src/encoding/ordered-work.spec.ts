import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { collect } from '../spec-support/oplog-fixture.js';
import { inOrder } from './ordered-work.js';

describe('work in order', () => {
  it('gives results in the order of the items, however long each takes, and never does more at once than it may', async () => {
    const turns = fc.array(fc.nat({ max: 5 }), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(turns, fc.integer({ min: 1, max: 6 }), async (items, width) => {
        let underWay = 0;
        let most = 0;
        const results = inOrder(items.entries(), width, async ([n, waits]) => {
          underWay += 1;
          most = Math.max(most, underWay);
          for (let i = 0; i < waits; i += 1) {
            await turn();
          }
          underWay -= 1;
          return n;
        });
        expect(await collect(results)).toEqual([...items.keys()]);
        expect(most).toBeLessThanOrEqual(width);
        expect(most).toBe(Math.min(most, items.length));
      }),
    );
  });

  it('works on several items at once', async () => {
    const { promise: bothBegun, resolve } = Promise.withResolvers<undefined>();
    const begun: number[] = [];
    const results = inOrder([1, 2], 2, async (n) => {
      if (begun.push(n) === 2) {
        resolve(undefined);
      }
      await bothBegun;
      return n;
    });
    expect(await collect(results)).toEqual([1, 2]);
  });

  it('reports a failure in its turn', async () => {
    const results = inOrder([1, 2, 3], 3, (n) =>
      n === 2 ? Promise.reject(new Error('two')) : Promise.resolve(n),
    );
    expect(await results.next()).toEqual({ done: false, value: 1 });
    await expect(results.next()).rejects.toThrow('two');
  });

  it('takes no further item when the reader leaves', async () => {
    const taken: number[] = [];
    const items = (function* () {
      for (let n = 0; n < 100; n += 1) {
        taken.push(n);
        yield n;
      }
    })();
    for await (const n of inOrder(items, 3, (item) => Promise.resolve(item))) {
      if (n === 1) {
        break;
      }
    }
    expect(taken).toHaveLength(4);
  });
});
