import { testMongod } from '@headwater/testing';
import { deserialize, serialize } from 'bson';
import { MongoClient } from 'mongodb';
import os from 'node:os';
import { systemClock } from '@headwater/clock';
import { compareTimestamps } from '@headwater/oplog';
import type { DirectConnection } from '../connection/direct-connection.js';
import { ReplicaSetSource } from '../replica-set-source.js';
import { startOneMemberSet, until, type MongodProcess } from '../spec-support/mongod-process.js';

describe('reading an initial sync', () => {
  let mongod: MongodProcess;
  let writer: DirectConnection;
  let source: ReplicaSetSource;

  beforeAll(async () => {
    mongod = await startOneMemberSet((await testMongod()).path, {
      arguments: ['--setParameter', 'enableTestCommands=1'],
    });
    writer = await mongod.connect();
  });
  afterAll(async () => {
    await writer.close();
    await mongod.stop();
  });
  beforeEach(async () => {
    source = await ReplicaSetSource.open(mongod.uri, { appName: 'spec', clock: systemClock });
  });
  afterEach(async () => {
    await source.close();
  });

  it('lists what must be copied, with options and _id index as the server has them', async () => {
    await writer.command('db', {
      create: 'plain',
      validator: new Map([
        ['b', 1],
        ['10', 2],
      ]),
      collation: { locale: 'de' },
    });
    await writer.command('db', { create: 'view', viewOn: 'plain', pipeline: [] });
    await writer.command('db', { create: 'weather', timeseries: { timeField: 'at' } });
    await writer.command('db', { profile: 2 });
    await writer.command('db', { profile: 0 });
    await source.beginSync();
    const collections = await source.collections();
    const names = collections.map(({ db, name }) => `${db}.${name}`);
    expect(names).toEqual(
      expect.arrayContaining(['admin.system.version', 'config.transactions', 'config.image_collection']),
    );
    expect(names).toEqual(
      expect.arrayContaining(['db.plain', 'db.system.views', 'db.system.buckets.weather']),
    );
    expect(names.filter((name) => /^local|profile$|view$|db\.weather$/.test(name))).toEqual([]);
    expect(names.at(-1)).toBe('config.system.preimages');
    const plain = collections.find(({ name }) => name === 'plain');
    expect(deserialize(plain?.options ?? Buffer.alloc(0))).toMatchObject({ collation: { locale: 'de' } });
    expect(deserialize(plain?.idIndex ?? Buffer.alloc(0))).toMatchObject({
      name: '_id_',
      collation: { locale: 'de' },
    });
    // Keys in the order of the server: a decode and an encode would move the integer-like ones to the front.
    const listed = plain?.options.toString('latin1') ?? '';
    expect(listed.indexOf('b\0')).toBeLessThan(listed.indexOf('10\0'));
  });

  it('fetches from the first entry of a transaction that is open, and applies from later on', async () => {
    const client = new MongoClient(`${mongod.uri}?directConnection=true`, { runtimeAdapters: { os } });
    const session = client.startSession();
    await fill('before transaction', 1);
    session.startTransaction();
    await client.db('db').collection('before transaction').insertOne({ n: 1 }, { session });
    const prepared = await client.db('admin').command({ prepareTransaction: 1 }, { session });
    await fill('meanwhile', 20);
    const begin = await source.beginSync();
    const { prepareTimestamp } = prepared as { prepareTimestamp: { t: number; i: number } };
    expect(begin.beginFetching.ts).toEqual({ t: prepareTimestamp.t, i: prepareTimestamp.i });
    expect(compareTimestamps(begin.beginFetching.ts, begin.beginApplying.ts)).toBe(-1);
    expect(await source.openTailAt(begin.beginFetching)).toMatchObject({ kind: 'ok' });
    await client
      .db('admin')
      .command({ abortTransaction: 1, writeConcern: { w: 1 } }, { session })
      .catch(() => undefined);
    await session.endSession();
    await client.close();
  });

  it('gives the catalogue exactly as it was at the end', async () => {
    await fill('indexed', 10);
    const begin = await source.beginSync();
    await createIndex('indexed', 'a');
    const { stop } = await source.endSync();
    await createIndex('indexed', 'b');
    await writer.command('db', { create: 'later' });
    const names: string[] = [];
    const indexes: unknown[] = [];
    for await (const batch of source.catalogueAt(stop.ts)) {
      for (const document of batch) {
        const { db, name, md } = deserialize(document) as {
          db: string;
          name: string;
          md: { indexes: object[] };
        };
        names.push(`${db}.${name}`);
        if (name === 'indexed') {
          indexes.push(...md.indexes.map((index) => (index as { spec: { name: string } }).spec.name));
        }
      }
    }
    expect(indexes).toEqual(['_id_', 'a']);
    expect(names).not.toContain('db.later');
    await source.confirmSync(begin, stop);
  });

  it('gives up while an index is being built', async () => {
    await fill('building', 10);
    await source.beginSync();
    await writer.command('admin', { configureFailPoint: 'hangAfterStartingIndexBuild', mode: 'alwaysOn' });
    const building = createIndex('building', 'slow');
    await until(async () => (await startedBuilds()) > 0);
    const { stop } = await source.endSync();
    await expect(readCatalogue(stop.ts)).rejects.toMatchObject({
      code: 'MONGODB-10015',
      retryable: true,
      message: expect.stringContaining('db.building (slow)') as string,
    });
    await writer.command('admin', { configureFailPoint: 'hangAfterStartingIndexBuild', mode: 'off' });
    await building;
  });

  it('gives up when the member rolled back, or the feature compatibility version was changed', async () => {
    const begin = await source.beginSync();
    const { stop } = await source.endSync();
    await expect(source.confirmSync({ ...begin, rbid: (begin.rbid ?? 0) + 1 }, stop)).rejects.toMatchObject({
      code: 'MONGODB-10014',
      retryable: true,
    });
    await expect(source.confirmSync(begin, { ...stop, term: stop.term + 1 })).rejects.toMatchObject({
      code: 'MONGODB-10014',
    });
    await writer.command('admin', { setFeatureCompatibilityVersion: '5.0' });
    await expect(source.beginSync()).rejects.toMatchObject({ code: 'MONGODB-10013' });
    await writer.command('admin', { setFeatureCompatibilityVersion: '6.0' });
    const after = await source.endSync();
    await expect(source.confirmSync(begin, after.stop)).rejects.toMatchObject({ code: 'MONGODB-10014' });
  });

  it('refuses to read before it has begun', () => {
    expect(() => source.documents({ uuid: Buffer.alloc(16), db: 'db', name: 'x', ...unknown })).toThrow(
      'begun',
    );
  });

  const unknown = { estimatedBytes: 0, estimatedDocuments: 0 };

  /** Documents of 100 kB: some forty a batch. */
  async function fill(collection: string, count: number): Promise<Buffer[]> {
    const documents = Array.from({ length: count }, (_, n) =>
      Buffer.from(serialize({ _id: n, pad: 'x'.repeat(100_000) })),
    );
    await writer.insertRaw('db', collection, documents);
    return documents;
  }

  async function createIndex(collection: string, name: string): Promise<void> {
    await writer.command('db', { createIndexes: collection, indexes: [{ key: { [name]: 1 }, name }] });
  }

  async function startedBuilds(): Promise<number> {
    const status = await writer.command('admin', {
      currentOp: 1,
      'command.createIndexes': { $exists: true },
    });
    const { inprog } = status as { inprog: { msg?: string }[] };
    return inprog.filter(({ msg }) => msg?.startsWith('Index Build') === true).length;
  }

  async function readCatalogue(ts: { t: number; i: number }): Promise<void> {
    for await (const batch of source.catalogueAt(ts)) {
      expect(batch.length).toBeGreaterThan(0);
    }
  }
});
