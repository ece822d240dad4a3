import type { Kind, Scene, WorkDocument } from '../scene.js';

const german = { locale: 'de', strength: 2 } as const;

const unique = (scene: Scene) => scene.collection('unique');
const text = (scene: Scene) => scene.collection('text');
const places = (scene: Scene) => scene.collection('places');
const expiring = (scene: Scene) => scene.collection('expiring');
const collated = (scene: Scene) => scene.collection('collated');

function place({ random }: Scene): Omit<WorkDocument, '_id'> {
  const coordinates = [random.next() * 360 - 180, random.next() * 180 - 90];
  return { point: { type: 'Point', coordinates }, tags: { [random.words(1)]: random.below(10) } };
}

/** Half of them expire at once: the source's TTL monitor deletes them while the copy runs. */
function expiry({ random }: Scene): Omit<WorkDocument, '_id'> {
  return { at: random.chance(0.5) ? new Date(0) : new Date('2100-01-01T00:00:00Z') };
}

function entry({ random }: Scene): Omit<WorkDocument, '_id'> {
  return {
    body: random.words(8),
    title: random.words(2),
    active: random.chance(0.5),
    rank: random.below(1000),
  };
}

async function prepareIndexes(scene: Scene): Promise<void> {
  await unique(scene).createIndex({ code: 1 }, { unique: true }, {});
  await unique(scene).createIndex({ a: 1, b: -1 }, { unique: true, sparse: true }, {});
  await text(scene).createIndex({ body: 'text', title: 'text' }, { weights: { title: 3 } }, {});
  await text(scene).createIndex({ rank: 1 }, { partialFilterExpression: { active: true } }, {});
  await text(scene).createIndex({ active: 1 }, { hidden: true }, {});
  await text(scene).createIndex({ title: 'hashed' }, {}, {});
  await places(scene).createIndex({ point: '2dsphere' }, {}, {});
  await places(scene).createIndex({ '$**': 1 }, { wildcardProjection: { point: 0 } }, {});
  await expiring(scene).createIndex({ at: 1 }, { expireAfterSeconds: 3600 }, {});
  await scene.db.createCollection('collated', { collation: german });
  await collated(scene).createIndex({ name: 1 }, { unique: true }, {});
  await collated(scene).createIndex({ name: -1 }, { collation: { locale: 'simple' }, name: 'simple' }, {});
}

/** Collections that live by their indexes: unique, text, partial, hidden, hashed, 2dsphere, wildcard, TTL, collation. */
export const indexedDocuments: Kind = {
  name: 'indexed documents',
  async prepare(scene) {
    await prepareIndexes(scene);
    const few = Math.ceil(scene.share / 5);
    await unique(scene).insertMany(scene.documents(few, (n) => ({ code: n, a: n, b: n % 7 })));
    await text(scene).insertMany(scene.documents(few, () => entry(scene)));
    await places(scene).insertMany(scene.documents(few, () => place(scene)));
    await expiring(scene).insertMany(scene.documents(few, () => expiry(scene)));
    await collated(scene).insertMany(scene.documents(few, (n) => ({ name: `Ä${n}` })));
  },
  operations: [
    {
      name: 'unique swap',
      weight: 4,
      // Gives a code away and takes it for another document: recovery sees both in one batch.
      run: async (scene) => {
        const code = scene.random.below(scene.share);
        await unique(scene).deleteOne({ code });
        await unique(scene).insertOne({ _id: scene.freshId(), code });
      },
    },
    {
      name: 'unique update',
      weight: 4,
      run: (scene) => {
        const [_id, code] = [scene.baseId(), scene.random.below(2 * scene.share)];
        return unique(scene).updateOne({ _id }, { $set: { code } });
      },
    },
    {
      name: 'text replace',
      weight: 3,
      run: (scene) => text(scene).replaceOne({ _id: scene.baseId() }, entry(scene), { upsert: true }),
    },
    {
      name: 'place replace',
      weight: 3,
      run: (scene) => places(scene).replaceOne({ _id: scene.baseId() }, place(scene), { upsert: true }),
    },
    {
      name: 'expiring insert',
      weight: 3,
      run: (scene) => expiring(scene).insertOne({ ...expiry(scene), _id: scene.freshId() }),
    },
    {
      name: 'collated insert',
      weight: 2,
      run: (scene) =>
        collated(scene).insertOne({
          _id: scene.freshId(),
          name: `${scene.random.pick(['ä', 'Ä'])}${scene.number}`,
        }),
    },
  ],
};
