import type { Kind, Scene, WorkDocument } from '../scene.js';

const capped = (scene: Scene) => scene.collection('capped');
const clustered = (scene: Scene) => scene.collection('clustered');
const imaged = (scene: Scene) => scene.collection('pre-imaged');
const series = (scene: Scene) => scene.db.collection('series');

/** Around one day, so that buckets are opened, filled and closed. */
function measurement({ random }: Scene): Record<string, unknown> {
  const at = new Date(1.7e12 + random.below(86_400_000));
  return { at, sensor: random.below(5), value: random.next() };
}

const measurements = (scene: Scene, count: number) => Array.from({ length: count }, () => measurement(scene));

async function makeCollections({ db }: Scene): Promise<void> {
  await db.createCollection('capped', { capped: true, size: 100_000, max: 500 });
  await db.createCollection('series', {
    timeseries: { timeField: 'at', metaField: 'sensor' },
    expireAfterSeconds: 1_000_000_000,
  });
  await db.createCollection('clustered', {
    clusteredIndex: { key: { _id: 1 }, unique: true, name: 'by id' },
  });
  await db.createCollection('pre-imaged', {
    changeStreamPreAndPostImages: { enabled: true },
    validator: { $jsonSchema: { required: ['n'] } },
    validationLevel: 'moderate',
  });
  await db.createCollection('first view', { viewOn: 'plain', pipeline: [{ $match: { k: 1 } }] });
  await db.createCollection('view of a view', { viewOn: 'first view', pipeline: [{ $project: { k: 1 } }] });
  await db.createCollection('collated view', { viewOn: 'plain', pipeline: [], collation: { locale: 'fr' } });
}

/** Collections that are no plain ones: capped, time series, clustered, pre-images and validators, views. */
export const specialCollections: Kind = {
  name: 'special collections',
  async prepare(scene) {
    await makeCollections(scene);
    const few = Math.ceil(scene.share / 5);
    const numbered = (): WorkDocument[] => scene.documents(few, (n) => ({ n, filler: 'y'.repeat(100) }));
    await capped(scene).insertMany(numbered());
    await clustered(scene).insertMany(numbered());
    await imaged(scene).insertMany(numbered());
    await series(scene).insertMany(measurements(scene, few));
    await series(scene).createIndex({ sensor: 1, at: -1 }, {}, {});
  },
  operations: [
    {
      name: 'capped insert',
      weight: 5,
      run: (scene) =>
        capped(scene).insertMany(
          Array.from({ length: 20 }, (_, index) => ({ _id: scene.freshId(index), n: scene.number })),
        ),
    },
    {
      name: 'capped update',
      weight: 1,
      run: (scene) => capped(scene).updateOne({ n: scene.random.below(1000) }, { $set: { n: -1 } }),
    },
    {
      name: 'series insert',
      weight: 5,
      run: (scene) => series(scene).insertMany(measurements(scene, 1 + scene.random.below(20))),
    },
    {
      name: 'series delete',
      weight: 1,
      run: (scene) => series(scene).deleteMany({ sensor: scene.random.below(5) }),
    },
    {
      name: 'series collMod',
      weight: 0.5,
      run: (scene) =>
        scene.db.command({ collMod: 'series', expireAfterSeconds: 1e9 + scene.random.below(1000) }),
    },
    {
      name: 'clustered replace',
      weight: 3,
      run: (scene) =>
        clustered(scene).replaceOne({ _id: scene.baseId() }, { n: scene.number }, { upsert: true }),
    },
    {
      name: 'clustered delete',
      weight: 1,
      run: (scene) => clustered(scene).deleteOne({ _id: scene.baseId() }),
    },
    {
      name: 'pre-imaged update',
      weight: 4,
      run: (scene) => imaged(scene).updateOne({ _id: scene.baseId() }, { $set: { n: scene.number } }),
    },
    {
      name: 'pre-imaged toggle',
      weight: 0.5,
      run: (scene) =>
        scene.db.command({
          collMod: 'pre-imaged',
          changeStreamPreAndPostImages: { enabled: scene.random.chance(0.7) },
        }),
    },
    {
      name: 'view change',
      weight: 1,
      run: (scene) =>
        scene.db.command({
          collMod: 'first view',
          viewOn: 'plain',
          pipeline: [{ $match: { k: scene.random.below(100) } }],
        }),
    },
    {
      name: 'view drop and create',
      weight: 1,
      run: async (scene) => {
        const name = `view ${scene.random.below(3)}`;
        await scene.db.dropCollection(name);
        await scene.db.createCollection(name, { viewOn: 'plain', pipeline: [{ $limit: scene.number }] });
      },
    },
  ],
};
