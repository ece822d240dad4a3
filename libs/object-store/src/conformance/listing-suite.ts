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

    it('lists more than a thousand keys, all of them once, in order', async () => {
      const { store } = underTest();
      const keys = Array.from(
        { length: 1_100 },
        (_, n) => `many/${String(n % 3)}/${String(n).padStart(5, '0')}`,
      );
      await fill(store, keys);
      keys.sort();
      expect(await keysOf(store.list(''))).toEqual(keys);
      expect(await keysOf(store.list('many/', { startAfter: keys[700] ?? '' }))).toEqual(keys.slice(701));
    }, 60_000);

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
