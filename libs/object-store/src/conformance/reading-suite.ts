import { withCode, type StoreUnderTest } from './store-under-test.js';

const hourMillis = 3_600_000;

export function describeReading(underTest: () => StoreUnderTest): void {
  describe('reading', () => {
    it('says that an object is missing', async () => {
      const { store } = underTest();
      await store.create('there/object', Buffer.from('x'));
      for (const key of ['there', 'there/other', 'there/object/below', 'nowhere']) {
        await expect(store.read(key)).rejects.toEqual(withCode('STORE-10001'));
        await expect(store.readRange(key, 0, 1)).rejects.toEqual(withCode('STORE-10001'));
        expect(await store.stat(key)).toBeNull();
      }
    });

    it('reads exactly the range that was asked for', async () => {
      const { store } = underTest();
      await store.create('digits', Buffer.from('0123456789'));
      const range = async (offset: number, length: number) =>
        (await store.readRange('digits', offset, length)).toString();
      expect(await range(0, 10)).toBe('0123456789');
      expect(await range(3, 4)).toBe('3456');
      expect(await range(9, 1)).toBe('9');
      expect(await range(5, 0)).toBe('');
      expect(await range(10, 0)).toBe('');
    });

    it.each([
      [0, 11],
      [10, 1],
      [11, 0],
      [5, 6],
      [-1, 2],
      [0, -1],
      [0.5, 1],
    ])('refuses a range that is not wholly inside: %d, %d', async (offset, length) => {
      const { store } = underTest();
      await store.create('digits', Buffer.from('0123456789'));
      await expect(store.readRange('digits', offset, length)).rejects.toEqual(withCode('STORE-10002'));
    });

    it('tells size and time of creation', async () => {
      const { store } = underTest();
      await store.create('a', Buffer.from('abc'));
      const info = await store.stat('a');
      expect(info).toMatchObject({ key: 'a', size: 3 });
      expect(Math.abs(Date.now() - (info?.createdAt.getTime() ?? 0))).toBeLessThan(hourMillis);
    });
  });
}
