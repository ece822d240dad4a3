import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@headwater/clock';
import { FaultPlan } from '@headwater/faults';
import type { FaultKind } from '@headwater/faults';
import { DirectoryStore } from '@headwater/object-store/directory';
import { describeObjectStore } from '@headwater/object-store/conformance';
import { FaultyStore } from './index.js';

const unavailable = { code: 'STORE-10003', retryable: true };
const temporary = () => mkdtemp(join(tmpdir(), 'headwater-faulty-'));

describeObjectStore('a faulty store to which nothing happens', async () => {
  const root = await temporary();
  const open = async () =>
    new FaultyStore(await DirectoryStore.open(root), { plan: new FaultPlan(), clock: systemClock });
  return { store: await open(), reopen: open, dispose: () => rm(root, { recursive: true }) };
});

describe('a faulty store', () => {
  let root: string;
  let real: DirectoryStore;

  beforeEach(async () => {
    root = await temporary();
    real = await DirectoryStore.open(root);
  });

  afterEach(() => rm(root, { recursive: true }));

  const faulty = (operation: string, kind: FaultKind, call = 1) =>
    new FaultyStore(real, {
      plan: new FaultPlan({ script: [{ operation, kind, call }] }),
      clock: systemClock,
    });

  it('refuses a creation and leaves nothing', async () => {
    await expect(faulty('create', 'fail-before').create('a', Buffer.from('x'))).rejects.toMatchObject(
      unavailable,
    );
    expect(await real.stat('a')).toBeNull();
  });

  it('loses the answer to a creation, and the object is there, whole', async () => {
    await expect(faulty('create', 'fail-after').create('a', Buffer.from('x'))).rejects.toMatchObject(
      unavailable,
    );
    expect((await real.read('a')).toString()).toBe('x');
  });

  it('tells the creator of a creation that is carried out twice that it created', async () => {
    expect(await faulty('create', 'repeat').create('a', Buffer.from('x'))).toBe('created');
  });

  it('fails in the second call when its script says so', async () => {
    const store = faulty('remove', 'fail-after', 2);
    await real.create('a', Buffer.from('x'));
    await store.remove('b');
    await expect(store.remove('a')).rejects.toMatchObject(unavailable);
    expect(await real.stat('a')).toBeNull();
  });

  it.each(['fail-before', 'cut'] as const)('gives no bytes of a read that ends by %s', async (kind) => {
    await real.create('a', Buffer.from('0123456789'));
    await expect(faulty('read', kind).read('a')).rejects.toMatchObject(unavailable);
    await expect(faulty('readRange', kind).readRange('a', 2, 3)).rejects.toMatchObject(unavailable);
  });

  it('cuts a listing: what it gave is right, and its end is never taken for the end', async () => {
    const keys = Array.from({ length: 40 }, (_, n) => `k/${String(n).padStart(3, '0')}`);
    for (const key of keys) await real.create(key, Buffer.from(key));
    for (let seed = 0; seed < 20; seed += 1) {
      const plan = new FaultPlan({ seed, script: [{ operation: 'list', kind: 'cut' }] });
      const store = new FaultyStore(real, { plan, clock: systemClock });
      const given: string[] = [];
      const listing = async () => {
        for await (const { key } of store.list('k/')) given.push(key);
      };
      await expect(listing()).rejects.toMatchObject(unavailable);
      expect(given).toEqual(keys.slice(0, given.length));
    }
  });

  it('throws what the store says of a bad key, also where its answer would be lost', async () => {
    await expect(faulty('create', 'fail-after').create('../a', Buffer.from(''))).rejects.toMatchObject({
      code: 'STORE-90001',
    });
  });
});
