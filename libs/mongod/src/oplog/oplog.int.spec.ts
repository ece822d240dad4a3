import { join } from 'node:path';
import { Binary, Long, serialize, Timestamp, UUID } from 'bson';
import type { Position } from '@headwater/oplog';
import { temporaryDirectory, testMongod, type TemporaryDirectory } from '@headwater/testing';
import type { MongodBinary } from '../binary/mongod-binary.js';
import { Mongod } from '../process/mongod.js';
import { withMongod } from '../process/session.js';
import { createCollectionWithUuid, createSeedCollections } from '../seeding/collections.js';
import { appendEntries } from './append.js';
import { oldestOpenTransaction, oplogTop, readMinvalid, setMinvalid } from './recovery-state.js';
import { trimOplog } from './trim.js';

const uuid = new UUID();
const position = (i: number): Position => ({ ts: { t: 1_700_000_000, i }, term: 1 });
const stamp = (i: number) => ({ ts: new Timestamp({ t: 1_700_000_000, i }), t: Long.fromNumber(1) });

function entry(i: number, fields: Readonly<Record<string, unknown>>): Buffer {
  return Buffer.from(serialize({ ...stamp(i), v: Long.fromNumber(2), wall: new Date(0), ...fields }));
}
const noop = (i: number): Buffer => entry(i, { op: 'n', ns: '', o: { msg: 'spec' } });
const insert = (i: number, o: object = { _id: i }): Buffer =>
  entry(i, { op: 'i', ns: 'db.c', ui: new Binary(uuid.id, 4), o, o2: { _id: i } });

// eslint-disable-next-line @typescript-eslint/require-await -- what appendEntries takes
async function* inBatches(...batches: readonly Buffer[][]): AsyncGenerator<Buffer[]> {
  yield* batches;
}

describe('the oplog of a data directory', () => {
  let binary: MongodBinary;
  let temporary: TemporaryDirectory;
  let directory: string;
  let mongod: Mongod | undefined;

  beforeAll(async () => {
    binary = await testMongod();
  });
  beforeEach(async () => {
    temporary = await temporaryDirectory();
    directory = join(temporary.path, 'data');
  });
  afterEach(async () => {
    await mongod?.kill();
    await temporary.remove();
  });

  /** A directory consistent at entry 1, with an empty db.c. */
  const seeded = async (): Promise<Mongod> => {
    mongod = await Mongod.start(binary, directory, 'append');
    await createSeedCollections(mongod, 64 << 20);
    const none = Buffer.from(serialize({}));
    const idIndex = Buffer.from(serialize({ v: 2, key: { _id: 1 }, name: '_id_' }));
    await createCollectionWithUuid(mongod, {
      uuid: Buffer.from(uuid.id),
      db: 'db',
      name: 'c',
      options: none,
      idIndex,
    });
    await appendEntries(mongod, inBatches([noop(1)]));
    await setMinvalid(mongod, { position: position(1), begin: position(1) });
    return mongod;
  };
  const session = <T>(mode: 'append' | 'recover' | 'inspect', work: (m: Mongod) => Promise<T>): Promise<T> =>
    withMongod({ binary, directory, mode }, work);
  const documents = async (m: Mongod): Promise<unknown[]> => {
    const { cursor } = await m.connection.command('db', { find: 'c', sort: { _id: 1 } });
    return (cursor as { firstBatch: { _id: unknown }[] }).firstBatch.map(({ _id }) => _id);
  };

  it('takes entries in any batching, once or twice, and recovery applies them to the top', async () => {
    const m = await seeded();
    expect(await oplogTop(m)).toEqual(position(1));
    const progress: number[] = [];
    const many = Array.from({ length: 2500 }, (_, n) => insert(n + 2));
    await appendEntries(m, inBatches(many.slice(0, 3), [], many.slice(3)), ({ entries }) =>
      progress.push(entries),
    );
    expect(progress).toEqual([1000, 2000, 2500]);
    const outcome = await appendEntries(m, inBatches(many));
    expect(outcome).toEqual({ entries: 2500, bytes: many.reduce((sum, { length }) => sum + length, 0) });
    expect(await oplogTop(m)).toEqual(position(2501));
    expect(await documents(m)).toEqual([]);
    expect((await readMinvalid(m))?.begin).toEqual(position(1));
    await m.stop();
    await session('recover', async (r) => {
      expect((await readMinvalid(r))?.begin).toEqual(position(2501));
      const { n } = await r.connection.command('db', { count: 'c' });
      expect(n).toBe(2500);
    });
  });

  it('passes on what its source of entries throws, after what came before it', async () => {
    const m = await seeded();
    async function* broken(): AsyncGenerator<Buffer[]> {
      yield* inBatches(Array.from({ length: 1001 }, (_, n) => noop(n + 2)));
      throw new Error('the store is gone');
    }
    await expect(appendEntries(m, broken())).rejects.toThrow('the store is gone');
  });

  it('is trimmed below an entry, keeps that one, and recovers on', async () => {
    const m = await seeded();
    await appendEntries(m, inBatches(Array.from({ length: 9 }, (_, n) => insert(n + 2))));
    await m.stop();
    await session('recover', () => Promise.resolve());
    await session('append', async (a) => {
      expect(await trimOplog(a, position(10).ts)).toBe(9);
      expect(await trimOplog(a, position(10).ts)).toBe(0);
      expect(await oplogTop(a)).toEqual(position(10));
      await appendEntries(a, inBatches([insert(11)]));
    });
    await session('recover', async (r) => {
      expect(await documents(r)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    });
  });

  it('has one minvalid, whatever is set, and none at first', async () => {
    mongod = await Mongod.start(binary, directory, 'append');
    expect(await readMinvalid(mongod)).toBeNull();
    expect(await oplogTop(mongod)).toBeNull();
    await createSeedCollections(mongod, 1 << 20);
    expect(await oplogTop(mongod)).toBeNull();
    await setMinvalid(mongod, { position: position(5), begin: position(3) });
    await setMinvalid(mongod, { position: position(7), begin: null });
    expect(await readMinvalid(mongod)).toEqual({ position: position(7), begin: null });
    expect(await mongod.connection.command('local', { count: 'replset.minvalid' })).toMatchObject({ n: 1 });
  });

  it('tells how far back open transactions reach', async () => {
    const m = await seeded();
    expect(await oldestOpenTransaction(m)).toBeNull();
    const session = (i: number, state: string) => ({ _id: i, state, startOpTime: stamp(i) });
    const rows = [
      session(4, 'committed'),
      session(9, 'prepared'),
      session(6, 'inProgress'),
      { _id: 1, txnNumber: 1 },
    ];
    await m.connection.command('config', { insert: 'transactions', documents: rows });
    expect(await oldestOpenTransaction(m)).toEqual(position(6).ts);
  });

  it('refuses an entry above the limit of a binary without the parameter, and takes it with it', async () => {
    const m = await seeded();
    const large = insert(2, { _id: 2, b: Buffer.alloc(16 * 1024 * 1024 - 50) });
    const appended = appendEntries(m, inBatches([large]));
    if (m.largeEntries) await expect(appended).resolves.toMatchObject({ entries: 1 });
    else await expect(appended).rejects.toMatchObject({ code: 'MONGOD-10011' });
  });
});
