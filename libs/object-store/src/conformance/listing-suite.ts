import type { ObjectStore } from '@headwater/object-store';
import { fill, keysOf, withCode, type StoreUnderTest } from './store-under-test.js';

/** In the order of their bytes, which is not that of a walk folder by folder. */
const ordered = [
  'a',
  'b-/x',
  'b-c',
  'b.d',
  'b/a-',
  'b/a.x',
  'b/a/1',
  'b/a/2',
  'b/a0',
  'b/b',
  'b0',
  'ba',
  'b~',
  'c/d',
];

/** Gives the keys as they are listed. */
async function fillMany(store: ObjectStore): Promise<string[]> {
  const keys = Array.from({ length: 2_500 }, (_, n) => `many/${n % 3}/${String(n).padStart(5, '0')}`);
  await fill(store, keys);
  return keys.sort();
}

export function describeListing(underTest: () => StoreUnderTest): void {
  describe('listing', () => {
    it('lists nothing in an empty store', async () => {
      expect(await keysOf(underTest().store.list(''))).toEqual([]);
    });

    it('lists in the order of the bytes of the whole key', async () => {
      const { store } = underTest();
      await fill(store, [...ordered].reverse());
      expect(await keysOf(store.list(''))).toEqual(ordered);
    });

    it('lists what begins with a prefix, which may end inside a segment', async () => {
      const { store } = underTest();
      await fill(store, ordered);
      for (const prefix of ['b', 'b/', 'b/a', 'b/a/', 'b/a/1', 'b-', 'c/d', 'd', 'c/d/', 'a/', '.']) {
        const expected = ordered.filter((key) => key.startsWith(prefix));
        expect([prefix, ...(await keysOf(store.list(prefix)))]).toEqual([prefix, ...expected]);
      }
    });

    it('begins after startAfter, whether or not there is such a key', async () => {
      const { store } = underTest();
      await fill(store, ordered);
      for (const startAfter of [...ordered, '', 'b/a/', 'b/a/0', 'b/a/3', 'b/', 'b', '~', 'b/a0/x', 'b-/']) {
        for (const prefix of ['', 'b', 'b/', 'b/a']) {
          const expected = ordered.filter((key) => key.startsWith(prefix) && key > startAfter);
          expect([startAfter, ...(await keysOf(store.list(prefix, { startAfter })))]).toEqual([
            startAfter,
            ...expected,
          ]);
        }
      }
    });

    it('lists more than two thousand keys, all of them once, in order', async () => {
      const { store } = underTest();
      const keys = await fillMany(store);
      expect(await keysOf(store.list(''))).toEqual(keys);
      for (const at of [0, 700, 998, 999, 1_000, 1_999, 2_499]) {
        const listed = await keysOf(store.list('many/', { startAfter: keys[at] ?? '' }));
        expect([at, ...listed]).toEqual([at, ...keys.slice(at + 1)]);
      }
      expect(await keysOf(store.list('many/2/'))).toEqual(keys.filter((key) => key.startsWith('many/2/')));
    }, 120_000);

    it('gives what is there all the time exactly once, whatever comes and goes meanwhile', async () => {
      const { store } = underTest();
      const keys = await fillMany(store);
      const seen: string[] = [];
      for await (const { key } of store.list('many/')) {
        seen.push(key);
        if (seen.length % 50 !== 0) continue;
        await store.remove(key);
        await store.create(`${key}~`, Buffer.from('new'));
        await store.create(`many/0/-${seen.length}`, Buffer.from('before'));
      }
      expect(seen.filter((key) => !key.endsWith('~') && !key.includes('-'))).toEqual(keys);
      expect(new Set(seen).size).toBe(seen.length);
    }, 120_000);

    it('tells the size of each object', async () => {
      const { store } = underTest();
      await fill(store, ordered);
      for await (const info of store.list('b')) {
        expect(info.size).toBe(info.key.length);
        expect(info.createdAt.getTime()).toBeGreaterThan(0);
      }
    });

    it('can be left before its end', async () => {
      const { store } = underTest();
      await fill(store, ordered);
      for await (const { key } of store.list('')) {
        expect(key).toBe('a');
        break;
      }
    });

    it('shows nothing of an object whose creation has not ended', async () => {
      const { store } = underTest();
      const creating = store.create('z/large', Buffer.alloc(4 * 1024 * 1024));
      for await (const info of store.list('')) {
        expect(info).toMatchObject({ key: 'z/large', size: 4 * 1024 * 1024 });
      }
      await creating;
    });

    it.each(['/', '../', 'a//', 'a b'])('refuses the prefix %j, with which no key begins', async (prefix) => {
      await expect(keysOf(underTest().store.list(prefix))).rejects.toEqual(withCode('STORE-90001'));
    });
  });
}
