import { randomBytes } from 'node:crypto';
import { keysOf, withCode, type StoreUnderTest } from './store-under-test.js';

const mebibyte = 1024 * 1024;

export function describeWriting(underTest: () => StoreUnderTest): void {
  describe('writing', () => {
    it('gives back the bytes that were created', async () => {
      const { store } = underTest();
      const body = randomBytes(100_000);
      expect(await store.create('folder/object', body)).toBe('created');
      expect((await store.read('folder/object')).equals(body)).toBe(true);
    });

    it('leaves an object that exists as it is', async () => {
      const { store } = underTest();
      await store.create('a', Buffer.from('first'));
      expect(await store.create('a', Buffer.from('second'))).toBe('exists');
      expect((await store.read('a')).toString()).toBe('first');
    });

    it('tells exactly one of many concurrent creators that it created', async () => {
      const { store, reopen } = underTest();
      const other = await reopen();
      const writers = Array.from({ length: 16 }, (_, n) => ({
        on: n % 2 === 0 ? store : other,
        body: `writer ${n}`,
      }));
      for (let round = 0; round < 5; round += 1) {
        const key = `contended/${round}`;
        const answers = await Promise.all(writers.map(({ on, body }) => on.create(key, Buffer.from(body))));
        expect(answers.filter((answer) => answer === 'created')).toHaveLength(1);
        const winner = writers[answers.indexOf('created')];
        expect((await store.read(key)).toString()).toBe(winner?.body);
      }
      await other.close();
    });

    it('never shows a part of an object while it is created', async () => {
      const { store } = underTest();
      const body = Buffer.alloc(8 * mebibyte, 7);
      const creating = store.create('large', body).then(() => 'created' as const);
      const look = async () => (await store.stat('large'))?.size ?? 'nothing';
      let seen: number | 'nothing' | 'created' = 'nothing';
      while (seen === 'nothing') {
        seen = await Promise.race([creating, look()]);
      }
      expect([body.length, 'created']).toContain(seen);
      await creating;
    });

    it('keeps an empty object', async () => {
      const { store } = underTest();
      await store.create('empty', Buffer.alloc(0));
      expect((await store.read('empty')).length).toBe(0);
      expect((await store.stat('empty'))?.size).toBe(0);
      expect((await store.readRange('empty', 0, 0)).length).toBe(0);
    });

    it('keeps an object of 64 MiB', async () => {
      const { store } = underTest();
      const block = randomBytes(mebibyte);
      const body = Buffer.concat(Array.from({ length: 64 }, () => block));
      body.writeUInt32LE(0xfeed, 40 * mebibyte);
      expect(await store.create('large', body)).toBe('created');
      expect((await store.read('large')).equals(body)).toBe(true);
      const range = await store.readRange('large', 39 * mebibyte, 2 * mebibyte);
      expect(range.equals(body.subarray(39 * mebibyte, 41 * mebibyte))).toBe(true);
    }, 60_000);

    it.each([5, 8, 16])(
      'keeps every byte of objects around %d MiB, where stores cut them into parts',
      async (size) => {
        const { store } = underTest();
        for (const length of [size * mebibyte - 1, size * mebibyte, size * mebibyte + 1]) {
          const body = randomBytes(length);
          const key = `border/${length}`;
          expect(await store.create(key, body)).toBe('created');
          expect(await store.create(key, Buffer.alloc(length))).toBe('exists');
          expect((await store.read(key)).equals(body)).toBe(true);
          expect((await store.stat(key))?.size).toBe(length);
          expect((await store.readRange(key, length - 1, 1))[0]).toBe(body[length - 1]);
        }
      },
      60_000,
    );

    it('tells exactly one of several creators of a large object that it created', async () => {
      const { store, reopen } = underTest();
      const other = await reopen();
      const bodies = Array.from({ length: 4 }, (_, n) => Buffer.alloc(12 * mebibyte, n + 1));
      const create = (body: Buffer, n: number) => (n % 2 === 0 ? store : other).create('contended', body);
      const answers = await Promise.all(bodies.map(create));
      expect(answers.filter((answer) => answer === 'created')).toHaveLength(1);
      const winner = bodies[answers.indexOf('created')];
      expect(winner?.equals(await store.read('contended'))).toBe(true);
      await other.close();
    }, 60_000);

    it('tells keys apart that differ only by what URLs encode', async () => {
      const { store } = underTest();
      const keys = ['x%20y', 'x%25y', 'x%2By', 'x%2Fy', 'x%y', 'x+y', 'x.y', 'x/y', 'x=y', 'x@y', 'x~y'];
      for (const key of keys) expect(await store.create(key, Buffer.from(key))).toBe('created');
      expect(await keysOf(store.list('x'))).toEqual(keys);
      for (const key of keys) {
        expect((await store.read(key)).toString()).toBe(key);
        expect(await store.stat(key)).toMatchObject({ key, size: key.length });
        expect(await keysOf(store.list(key))).toEqual([key]);
        await store.remove(key);
        expect(await store.stat(key)).toBeNull();
      }
      expect(await keysOf(store.list(''))).toEqual([]);
    });

    it('takes a view of a larger buffer, and does not need it after it resolved', async () => {
      const { store } = underTest();
      const buffer = Buffer.from('0123456789');
      await store.create('view', buffer.subarray(3, 6));
      buffer.fill('x');
      expect((await store.read('view')).toString()).toBe('345');
    });

    it('removes an object, and one that is not there', async () => {
      const { store } = underTest();
      await store.create('f/a', Buffer.from('a'));
      await store.create('f/b', Buffer.from('b'));
      await store.remove('f/a');
      await store.remove('f/a');
      await store.remove('never/there');
      expect(await keysOf(store.list(''))).toEqual(['f/b']);
      expect(await store.create('f/a', Buffer.from('again'))).toBe('created');
    });

    it('shows everything to whoever opens the same store again', async () => {
      const { store, reopen } = underTest();
      await store.create('a/b/c', Buffer.from('kept'));
      const again = await reopen();
      expect((await again.read('a/b/c')).toString()).toBe('kept');
      expect(await again.create('a/b/c', Buffer.from('other'))).toBe('exists');
      await again.close();
    });

    it.each(['', '/a', 'a//b', '../a', 'a/..', 'a b', 'ä', 'x'.repeat(513)])(
      'refuses the key %j',
      async (key) => {
        const { store } = underTest();
        await expect(store.create(key, Buffer.alloc(0))).rejects.toEqual(withCode('STORE-90001'));
        await expect(store.remove(key)).rejects.toEqual(withCode('STORE-90001'));
      },
    );

    it('takes a key of 512 bytes and every character that a key may have', async () => {
      const { store } = underTest();
      const long = `${'x'.repeat(200)}/${'y'.repeat(200)}/${'z'.repeat(110)}`;
      await store.create(long, Buffer.from('long'));
      await store.create('Az09._%=@+~-/.a/..b/%2E', Buffer.from('odd'));
      expect(await keysOf(store.list(''))).toEqual(['Az09._%=@+~-/.a/..b/%2E', long]);
    });
  });
}
