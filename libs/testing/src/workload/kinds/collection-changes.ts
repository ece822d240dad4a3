import type { Kind, Scene } from '../scene.js';

/** Names that come and go; whether one exists when a step takes it is nobody's business. */
const churn = ['churn-0', 'churn-1', 'churn-2', 'churn-3', 'churn-4', 'churn-5'] as const;

const some = (scene: Scene) => scene.random.pick(churn);

const fill = (scene: Scene, name: string) =>
  scene.collection(name).insertMany(
    Array.from({ length: 10 }, (_, index) => ({
      _id: scene.freshId(index),
      k: index,
      at: new Date(1.7e12),
    })),
  );

/** Collections and databases are made, renamed, replaced, changed, dropped and made again. */
export const collectionChanges: Kind = {
  name: 'collection changes',
  prepare: async (scene) => {
    for (const name of churn) await fill(scene, name);
    await scene.beside('dropped').collection('first').insertOne({ a: 1 });
  },
  operations: [
    { name: 'fill', weight: 5, run: (scene) => fill(scene, some(scene)) },
    {
      name: 'create',
      weight: 1,
      run: (scene) => scene.db.createCollection(some(scene), { validator: { k: { $lt: 1_000_000 } } }),
    },
    { name: 'rename', weight: 1, run: (scene) => scene.db.renameCollection(...scene.random.pickTwo(churn)) },
    {
      name: 'rename over another',
      weight: 1,
      run: (scene) => scene.db.renameCollection(...scene.random.pickTwo(churn), { dropTarget: true }),
    },
    {
      name: 'move to another database',
      weight: 0.5,
      run: (scene) => {
        const [from, to] = [
          `${scene.db.databaseName}.${some(scene)}`,
          `${scene.beside('other').databaseName}.moved`,
        ];
        return scene.client.db('admin').command({ renameCollection: from, to, dropTarget: true });
      },
    },
    { name: 'drop', weight: 1, run: (scene) => scene.db.dropCollection(some(scene)) },
    {
      name: 'drop and create again',
      weight: 1,
      run: async (scene) => {
        const name = some(scene);
        await scene.db.dropCollection(name);
        await fill(scene, name);
      },
    },
    {
      name: 'convert to capped',
      weight: 0.5,
      run: (scene) => scene.db.command({ convertToCapped: some(scene), size: 50_000 }),
    },
    {
      name: 'change validator',
      weight: 1,
      run: (scene) => {
        const [collMod, limit] = [some(scene), scene.random.below(1_000_000)];
        return scene.db.command({
          collMod,
          validator: { k: { $ne: limit } },
          validationAction: scene.random.pick(['warn', 'error']),
        });
      },
    },
    {
      name: '$out',
      weight: 1,
      run: (scene) =>
        scene
          .collection('plain')
          .aggregate([{ $match: { k: scene.random.below(100) } }, { $out: some(scene) }])
          .toArray(),
    },
    {
      name: '$merge',
      weight: 1,
      run: (scene) =>
        scene
          .collection('plain')
          .aggregate([{ $match: { k: scene.random.below(100) } }, { $merge: 'merged' }])
          .toArray(),
    },
    {
      name: 'fill another database',
      weight: 1,
      run: (scene) => scene.beside('dropped').collection(some(scene)).insertOne({ n: scene.number }),
    },
    { name: 'drop database', weight: 0.5, run: (scene) => scene.beside('dropped').dropDatabase() },
  ],
};
