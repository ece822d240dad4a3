import { BSON, type AnyBulkWriteOperation } from 'mongodb';
import type { Kind, Scene, WorkDocument } from '../scene.js';

const { Binary, Code, Decimal128, Double, Int32, Long, MaxKey, MinKey, ObjectId, BSONRegExp, Timestamp } =
  BSON;

/** The server fills a Timestamp(0,0) that stands at the top of an inserted document, but not one of an update. */
const emptyTimestamp = (): BSON.Timestamp => new Timestamp({ t: 0, i: 0 });

const plain = (scene: Scene) => scene.collection('plain');

function body({ random, number }: Scene): Omit<WorkDocument, '_id'> {
  const at = new Date(1.7e12 + random.below(1e9));
  return {
    k: random.below(100),
    s: 'x'.repeat(random.below(300)),
    at,
    nested: { a: [random.next(), number] },
  };
}

function largeBody({ sizes, number }: Scene): Omit<WorkDocument, '_id'> {
  return { large: Buffer.alloc(sizes.largeDocumentMiB * 1024 * 1024, `${number} `) };
}

const everyType: WorkDocument = {
  _id: 'every type',
  numbers: [
    new Int32(1),
    Long.fromString('9007199254740993'),
    new Double(-0),
    NaN,
    Infinity,
    Decimal128.fromString('1.10'),
  ],
  binaries: [
    new Binary(Buffer.from('a'), 0),
    new Binary(Buffer.from('b'), 0x80),
    new BSON.UUID(Buffer.alloc(16, 7)),
  ],
  ends: [new MinKey(), new MaxKey(), null],
  others: [
    new ObjectId('0123456789abcdef01234567'),
    new BSONRegExp('^a', 'i'),
    new Code('f()'),
    new Date(-1),
  ],
  'dotted.name': 1,
  $dollar: 2,
  '': { '': 3 },
};

function mixture(scene: Scene): AnyBulkWriteOperation<WorkDocument>[] {
  return [
    { insertOne: { document: { ...body(scene), _id: scene.freshId() } } },
    { updateOne: { filter: { _id: scene.baseId() }, update: { $set: { bulk: scene.number } } } },
    { replaceOne: { filter: { _id: scene.baseId() }, replacement: body(scene), upsert: true } },
    { deleteOne: { filter: { _id: scene.baseId() } } },
  ];
}

/** Plain documents of every size and type, single and in bulk, retryable findAndModify included. */
export const documents: Kind = {
  name: 'documents',
  async prepare(scene) {
    await plain(scene).createIndex({ k: 1 }, {}, {});
    await plain(scene).insertMany(scene.documents(scene.share, () => body(scene)));
    await plain(scene).insertOne(everyType);
    const zero = scene.collection('zero-timestamps');
    await zero.insertMany([
      { _id: 1, filled: emptyTimestamp() },
      { _id: 2, nested: { kept: emptyTimestamp() } },
      { _id: emptyTimestamp() },
    ]);
    await zero.updateOne({ _id: 1 }, { $set: { kept: emptyTimestamp() } });
    if (scene.sizes.largeDocumentMiB > 0)
      await scene.collection('large').insertOne({ ...largeBody(scene), _id: 1 });
  },
  operations: [
    {
      name: 'insert many',
      weight: 8,
      run: (scene) =>
        plain(scene).insertMany(
          scene
            .documents(1 + scene.random.below(50), () => body(scene))
            .map((document, index) => ({
              ...document,
              _id: scene.freshId(index),
            })),
        ),
    },
    {
      name: 'update many',
      weight: 5,
      run: (scene) =>
        plain(scene).updateMany({ k: scene.random.below(100) }, { $set: { many: scene.number } }),
    },
    {
      name: 'update one',
      weight: 10,
      run: (scene) =>
        plain(scene).updateOne(
          { _id: scene.baseId() },
          { $set: { w: scene.number, 'nested.a.0': scene.number } },
        ),
    },
    {
      name: 'pipeline update',
      weight: 3,
      run: (scene) =>
        plain(scene).updateOne({ _id: scene.baseId() }, [{ $set: { doubled: { $add: ['$k', '$k'] } } }]),
    },
    {
      name: 'delete many',
      weight: 2,
      run: (scene) => plain(scene).deleteMany({ k: scene.random.below(100), many: { $exists: true } }),
    },
    { name: 'bulk write', weight: 5, run: (scene) => plain(scene).bulkWrite(mixture(scene)) },
    {
      name: 'findAndModify update',
      weight: 5,
      run: (scene) =>
        plain(scene).findOneAndUpdate({ _id: scene.baseId() }, { $set: { found: scene.number } }),
    },
    {
      name: 'findAndModify delete',
      weight: 2,
      run: (scene) => plain(scene).findOneAndDelete({ _id: scene.baseId() }),
    },
    {
      name: 'zero timestamps',
      weight: 2,
      run: (scene) =>
        scene
          .collection('zero-timestamps')
          .updateOne({ _id: scene.random.below(20) }, { $set: { kept: emptyTimestamp() } }, { upsert: true }),
    },
    {
      name: 'large document',
      weight: 0.2,
      // A replacement would make the server look for the difference, for seconds.
      run: async (scene) => {
        if (scene.sizes.largeDocumentMiB === 0) return;
        const _id = 1 + scene.random.below(3);
        await scene.collection('large').deleteOne({ _id });
        await scene.collection('large').insertOne({ ...largeBody(scene), _id });
      },
    },
  ],
};
