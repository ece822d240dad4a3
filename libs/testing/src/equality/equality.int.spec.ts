import type { Db, MongoClient } from 'mongodb';
import { markOplog } from '../cluster-time.js';
import { eventually } from '../eventually.js';
import { testMongod } from '../mongod-binary.js';
import { startReplicaSet, type ReplicaSet } from '../replica-set/replica-set.js';
import { startRestored } from '../replica-set/restored.js';
import { Workload } from '../workload/workload.js';
import { NumberedWriter } from '../writer/numbered-writer.js';
import { compareDeployments, compareImages } from './comparison.js';
import { takeImage, type DeploymentImage } from './image.js';
import { validateAll } from './validation.js';

describe('an image of a deployment', () => {
  let set: ReplicaSet;
  let client: MongoClient;
  let before: DeploymentImage;

  beforeAll(async () => {
    // Nothing may change between two images but what a test changes: neither the TTL monitor…
    set = await startReplicaSet({ binary: await testMongod(), parameters: { ttlMonitorEnabled: false } });
    // … nor, by a retryable write, config.transactions.
    client = set.connect({ retryWrites: false });
    const workload = new Workload({ seed: 5, sizes: { documents: 200, largeDocumentMiB: 1 } });
    await workload.prepare(client);
    for (let step = 0; step < 300; step++) await workload.step(client);
    await prepareExamples(client.db('examples'));
    before = await takeImage(client);
  });
  afterAll(() => set.stop());

  /** What the comparison says after a change. */
  async function after(change: (db: Db) => Promise<unknown>): Promise<string[]> {
    await change(client.db('examples'));
    const now = await takeImage(client);
    const differences = compareImages(before, now);
    before = now;
    return differences;
  }

  it('equals itself, taken as a client sees it and taken from the catalogue', async () => {
    const atClusterTime = await markOplog(client);
    const fromCatalogue = await takeImage(client, { atClusterTime });
    expect(compareImages(before, fromCatalogue)).toEqual([]);
    expect(compareImages(fromCatalogue, before)).toEqual([]);
    await expect(compareDeployments(client, client, { atClusterTime })).resolves.toEqual([]);
    expect(fromCatalogue.size).toBeGreaterThan(40);
  });

  it('shows one exact moment under a live load', async () => {
    const writer = NumberedWriter.start(client, { ratePerSecond: 500 });
    await eventually(() => writer.acknowledged >= 200);
    const atClusterTime = writer.latest ?? { t: 0, i: 0 };
    const first = await takeImage(client, { atClusterTime });
    const passed = writer.acknowledged;
    await eventually(() => writer.acknowledged >= passed + 100);
    const second = await takeImage(client, { atClusterTime });
    await writer.stop();
    expect(compareImages(first, second)).toEqual([]);
    expect(compareImages(first, await takeImage(client))).toContain('numbered.c1: documents differ');
    before = await takeImage(client);
  });

  it('finds a changed document', async () => {
    await expect(after((db) => db.collection('a').updateOne({ n: 3 }, { $set: { n: -3 } }))).resolves.toEqual(
      ['examples.a: documents differ'],
    );
  });

  it('finds a number of another type', async () => {
    await expect(
      after((db) => db.collection('a').updateOne({ n: 4 }, { $set: { n: 4.5 - 0.5 } })),
    ).resolves.toEqual([]);
    await expect(
      after((db) => db.collection('a').updateOne({ n: 4 }, [{ $set: { n: { $toLong: 4 } } }])),
    ).resolves.toEqual(['examples.a: documents differ']);
  });

  it('finds a dropped index, an added one and a changed one', async () => {
    await expect(after((db) => db.collection('a').dropIndex('n_1'))).resolves.toEqual([
      'examples.a: index n_1 is missing',
    ]);
    await expect(after((db) => db.collection('a').createIndex({ n: 1 }, {}, {}))).resolves.toEqual([
      'examples.a: index n_1 is not in the source',
    ]);
    const hide = { collMod: 'a', index: { name: 'n_1', hidden: true } };
    await expect(after((db) => db.command(hide))).resolves.toEqual([
      expect.stringMatching(/^examples\.a: index n_1 differs: .*"hidden":true/),
    ]);
  });

  it('finds changed options', async () => {
    await expect(after((db) => db.command({ collMod: 'a', validationLevel: 'moderate' }))).resolves.toEqual([
      expect.stringMatching(/^examples\.a: options differ: .*moderate.* instead of /),
    ]);
  });

  it('finds a collection too many and one that is missing', async () => {
    await expect(after((db) => db.createCollection('extra'))).resolves.toEqual([
      'examples.extra: is not in the source',
    ]);
    await expect(after((db) => db.dropCollection('extra'))).resolves.toEqual(['examples.extra: is missing']);
  });

  it('finds a collection that was made again with the same contents', async () => {
    const makeAgain = async (db: Db): Promise<void> => {
      await db.dropCollection('b');
      await db.createCollection('b');
    };
    await expect(after(makeAgain)).resolves.toEqual([expect.stringMatching(/^examples\.b: UUIDs differ: /)]);
  });

  it('finds a changed view', async () => {
    await expect(after((db) => db.command({ collMod: 'v', viewOn: 'a', pipeline: [] }))).resolves.toEqual([
      'examples.system.views: documents differ',
      expect.stringMatching(/^examples\.v: options differ: /),
    ]);
  });

  it('shows a moment before other documents, indexes, options and collections came', async () => {
    const db = client.db('examples');
    const atClusterTime = await markOplog(client);
    await db.collection('a').insertOne({ n: 11 });
    await db.collection('a').createIndex({ later: 1 }, {}, {});
    await db.command({ collMod: 'a', validationLevel: 'off' });
    await db.collection('made later').insertOne({ n: 1 });
    expect(compareImages(before, await takeImage(client, { atClusterTime }))).toEqual([]);
    expect(compareImages(before, await takeImage(client))).toHaveLength(4);
  });

  it('refuses a moment whose collections are gone, or have other names or other contents by now', async () => {
    const db = client.db('examples');
    const expectRefusal = async (change: () => Promise<unknown>): Promise<void> => {
      const atClusterTime = await markOplog(client);
      await change();
      await expect(takeImage(client, { atClusterTime })).rejects.toThrow(
        /^cannot hash database examples at \d+:\d+: /,
      );
    };
    await expectRefusal(() => db.dropCollection('made later'));
    await expectRefusal(() => db.renameCollection('a', 'c'));
    await expectRefusal(() => db.renameCollection('c', 'b', { dropTarget: true }));
    await expectRefusal(() => db.renameCollection('b', 'a'));
    before = await takeImage(client);
  });

  it('finds, by validation, an index that lacks a document', async () => {
    await expect(validateAll(client)).resolves.toEqual([]);
    const failPoint = (mode: string) =>
      client.db('admin').command({ configureFailPoint: 'skipIndexNewRecords', mode });
    await failPoint('alwaysOn');
    await client.db('examples').collection('a').insertOne({ n: 1000 });
    await failPoint('off');
    await expect(validateAll(client)).resolves.toEqual([
      expect.stringMatching(/^examples\.a: is not valid: /),
    ]);
    await client.db('examples').dropCollection('a');
    before = await takeImage(client);
  });

  it('is the same for the files of the source under a plain standalone mongod', async () => {
    const [member] = set.members;
    await member?.stop();
    const restored = await startRestored(member?.directory ?? '', await testMongod());
    const copy = restored.connect();
    expect(compareImages(before, await takeImage(copy))).toEqual([]);
    await expect(validateAll(copy)).resolves.toEqual([]);
    await restored.stop();
  });
});

async function prepareExamples(db: Db): Promise<void> {
  await db.collection('a').insertMany(Array.from({ length: 10 }, (_, n) => ({ n })));
  await db.collection('a').createIndex({ n: 1 }, {}, {});
  await db.createCollection('b');
  await db.createCollection('v', { viewOn: 'a', pipeline: [{ $match: { n: 1 } }] });
}
