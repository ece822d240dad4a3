import { join } from 'node:path';
import { systemClock } from '@headwater/clock';
import type { MongodBinary } from '@headwater/mongod';
import { DirectoryStore } from '@headwater/object-store/directory';
import { serialize, Timestamp, UUID } from 'bson';
import {
  Capture,
  compareDeployments,
  markOplog,
  startReplicaSet,
  startRestored,
  temporaryDirectory,
  testMongod,
  type ReplicaSet,
  type SyncHooks,
  type TemporaryDirectory,
} from '@headwater/testing';
import { RecoveryEngine } from '../recovery-engine.js';

interface Item {
  _id: number;
  x: number;
  filler?: string;
}

/** More bytes than one reply of the server has: a copy of them is in its midst after the first portion. */
const many = 3000;
const filler = 'x'.repeat(10_000);
const items = (count: number): Item[] =>
  Array.from({ length: count }, (_, n) => ({ _id: n, x: n, ...(count === many ? { filler } : {}) }));

describe('seeding from a copy in whose window things happened', () => {
  let binary: MongodBinary;
  let temporary: TemporaryDirectory;
  let set: ReplicaSet;
  let client: ReturnType<ReplicaSet['connect']>;
  let engine: RecoveryEngine;
  let runs = 0;

  beforeAll(async () => {
    binary = await testMongod();
    temporary = await temporaryDirectory();
    set = await startReplicaSet({ binary, parameters: { ttlMonitorEnabled: false } });
    client = set.connect();
    engine = new RecoveryEngine({ mongods: () => Promise.resolve(binary), clock: systemClock });
  });
  afterAll(async () => {
    await set.stop();
    await temporary.remove();
  });
  beforeEach(async () => {
    for (const { name } of (await client.db().admin().listDatabases()).databases) {
      if (/^[a-z]$/.test(name)) await client.db(name).dropDatabase();
    }
  });

  /** Databases a, b, c are copied in this order; c is the last one. */
  const db = (name: 'a' | 'b' | 'c') => client.db(name);
  const fill = async (name: 'a' | 'b' | 'c', collection: string, count = 20): Promise<void> => {
    await db(name).collection<Item>(collection).insertMany(items(count));
  };
  /** Runs when the copy has come to a portion of that collection. */
  const at = (ns: string, portion: number, work: () => Promise<unknown>): SyncHooks => ({
    copied: async (collection, copied) => {
      if (`${collection.db}.${collection.name}` === ns && copied === portion) await work();
    },
  });
  const seed = async (hooks: SyncHooks = {}) => {
    const path = join(temporary.path, `run-${String((runs += 1))}`);
    const capture = await Capture.begin(set.uri, await DirectoryStore.open(join(path, 'store')));
    try {
      const { syncId } = await capture.sync(hooks);
      const directory = join(path, 'head');
      const seeded = await engine.seed({ archive: capture.archive, syncId, directory });
      const to = await markOplog(client);
      await capture.archiveTo(to);
      return { ...{ archive: capture.archive, directory, to }, ...seeded };
    } finally {
      await capture.close();
    }
  };
  const differences = async (directory: string): Promise<string[]> => {
    const restored = await startRestored(directory, binary);
    try {
      return await compareDeployments(client, restored.connect(), { copyWindow: true });
    } finally {
      await restored.stop();
    }
  };

  it('has the indexes of the end of the copy, though documents of mixed times do not fit them', async () => {
    await fill('a', 'unique', many);
    await fill('b', 'dropped');
    await db('b').collection('dropped').createIndex({ x: 1 }, { unique: true }, {});
    await fill('b', 'modified');
    await db('b').collection('modified').createIndex({ x: 1 }, { expireAfterSeconds: 1e9 }, {});
    await fill('b', 'made');
    const { directory } = await seed(
      at('a.unique', 1, async () => {
        const unique = db('a').collection<Item>('unique');
        await unique.createIndex({ x: 1 }, { unique: true }, {});
        // The copy gets both, the old document and the new one.
        await unique.deleteOne({ _id: 0 });
        await unique.insertOne({ _id: many, x: 0 });
        await db('b').collection('dropped').dropIndex('x_1');
        await db('b')
          .collection('dropped')
          .insertMany([{ x: 1 }, { x: 1 }]);
        const index = { name: 'x_1', expireAfterSeconds: 15e8 };
        await db('b').command({ collMod: 'modified', index, validator: { x: { $gte: 0 } } });
        await db('b').collection('made').createIndex({ x: -1 }, { hidden: true }, {});
      }),
    );
    expect(await differences(directory)).toEqual([]);
  });

  it('has the collections of the end of the copy, under their names, with the documents of each', async () => {
    await fill('a', 'first', many);
    for (const name of ['renamed', 'swapped', 'recreated', 'gone']) await fill('b', name);
    const { directory } = await seed(
      at('a.first', 1, async () => {
        await db('a').collection('first').rename('last');
        await db('b').collection('renamed').rename('other');
        await db('b').collection('swapped').rename('aside');
        await db('b').collection<Item>('swapped').insertOne({ _id: 1, x: -1 });
        await db('b').collection('recreated').drop();
        await db('b').collection<Item>('recreated').insertOne({ _id: 2, x: -2 });
        await db('b').collection('gone').drop();
        await db('c').collection<Item>('young').insertOne({ _id: 3, x: -3 });
        await db('c').createCollection('view', { viewOn: 'young', pipeline: [] });
      }),
    );
    expect(await differences(directory)).toEqual([]);
  });

  it('keeps Timestamp(0,0) of documents that the copy and the oplog of its window both have', async () => {
    await fill('a', 'first');
    const empty = new Timestamp({ t: 0, i: 0 });
    const kept = db('b').collection<{ _id: number; at?: Timestamp }>('kept');
    await kept.insertOne({ _id: 1 });
    const { directory } = await seed(
      at('a.first', 1, async () => {
        await kept.updateOne({ _id: 2 }, { $set: { at: empty } }, { upsert: true });
        const session = client.startSession();
        await session.withTransaction(() =>
          kept.updateOne({ _id: 3 }, { $set: { at: empty } }, { upsert: true, session }),
        );
        await session.endSession();
      }),
    );
    expect(await kept.countDocuments({ at: empty })).toBe(2);
    expect(await differences(directory)).toEqual([]);
  });

  it('goes on with the true entries in its oplog, index DDL of the window included', async () => {
    await fill('a', 'first');
    const { archive, chain, directory, position, to } = await seed(
      at('a.first', 1, () => db('b').collection('late').createIndex({ y: 1 })),
    );
    await engine.replay({ archive, chain, directory, series: '6.0', from: position, to });
    const restored = await startRestored(directory, binary);
    const kinds = { op: 'c', 'o.createIndexes': 'late' };
    const oplog = restored.connect().db('local').collection('oplog.rs');
    expect(await oplog.countDocuments(kinds)).toBe(1);
    await restored.stop();
  });

  it('is refused with index builds open at the end, naming them', async () => {
    await fill('a', 'first');
    const open = (documents: Buffer[]): Buffer[] => [...documents, Buffer.from(serialize(openBuild))];
    await expect(seed({ catalogue: open })).rejects.toMatchObject({
      code: 'RECOVERY-10007',
      message: expect.stringContaining('x_1 of a.built') as string,
    });
  });

  it('is refused when it is not what the catalogue says, and without a catalogue', async () => {
    await fill('a', 'first');
    const missing = { ...openBuild, md: { ...openBuild.md, indexes: [] } };
    const more = (documents: Buffer[]): Buffer[] => [...documents, Buffer.from(serialize(missing))];
    await expect(seed({ catalogue: more })).rejects.toMatchObject({
      code: 'RECOVERY-10008',
      message: expect.stringContaining('a.built is missing') as string,
    });
    await expect(seed({ catalogue: () => [] })).rejects.toMatchObject({ code: 'RECOVERY-10008' });
  });
});

const openBuild = {
  ...{ db: 'a', name: 'built', type: 'collection' },
  md: {
    options: { uuid: new UUID() },
    indexes: [{ spec: { v: 2, key: { x: 1 }, name: 'x_1' }, ready: false }],
  },
};
