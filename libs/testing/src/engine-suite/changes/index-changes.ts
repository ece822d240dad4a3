import { dropIndex, fill, index, insert, many, modify, type CatalogueChanges } from './catalogue-change.js';

const expiring = { expireAfterSeconds: 1e9 };
const unique = { unique: true };

/** Indexes that come, go and change, over documents of mixed times that would not fit them. */
export const indexChanges: CatalogueChanges = {
  expiryDropped: {
    prepare: async (db) => [await fill(db), await index(db, { at: 1 }, expiring)],
    copied: (db) => dropIndex(db, 'at_1'),
  },
  expiryChanged: {
    prepare: async (db) => [await fill(db), await index(db, { at: 1 }, expiring)],
    copied: (db) => modify(db, { index: { name: 'at_1', expireAfterSeconds: 15e8 } }),
  },
  uniqueDropped: {
    prepare: async (db) => [await fill(db), await index(db, { x: 1 }, unique), await index(db, { y: 1 })],
    copied: async (db) => [await dropIndex(db, 'x_1'), await insert(db, [{ x: 1 }, { x: 1 }])],
  },
  uniqueMade: { prepare: (db) => fill(db), copied: (db) => index(db, { x: 1 }, unique) },
  uniqueOverMixedTimes: {
    prepare: (db) => fill(db, 'a', many),
    midway: async (db) => {
      await index(db, { x: 1 }, unique);
      await db.collection<{ _id: number }>('a').deleteOne({ _id: 0 });
      await insert(db, [{ _id: 9999, x: 0 }]);
    },
  },
  uniqueValueMoved: {
    prepare: async (db) => [await fill(db, 'a', many), await index(db, { x: 1 }, unique)],
    midway: async (db) => {
      await db.collection<{ _id: number }>('a').updateOne({ _id: 0 }, { $set: { x: -1 } });
      await insert(db, [{ _id: 9999, x: 0 }]);
    },
  },
  uniqueAwayAndBack: {
    prepare: async (db) => [await fill(db), await index(db, { x: 1 }, unique)],
    listed: async (db) => [await dropIndex(db, 'x_1'), await insert(db, [{ _id: 77, x: 1 }])],
    copied: async (db) => {
      await db.collection<{ _id: number }>('a').deleteOne({ _id: 77 });
      await index(db, { x: 1 }, unique);
    },
  },
  uniqueShort: {
    prepare: (db) => fill(db),
    listed: async (db) => {
      await index(db, { x: 1 }, unique);
      await dropIndex(db, 'x_1');
      await insert(db, [{ _id: 77, x: 1 }]);
    },
  },
  parallelArrays: {
    prepare: async (db) => [await fill(db), await index(db, { p: 1, q: 1 })],
    listed: async (db) => [await dropIndex(db, 'p_1_q_1'), await insert(db, [{ p: [1, 2], q: [1, 2] }])],
  },
  parallelArraysShort: {
    prepare: (db) => fill(db),
    listed: async (db) => {
      await index(db, { p: 1, q: 1 });
      await dropIndex(db, 'p_1_q_1');
      await insert(db, [{ p: [1, 2], q: [1, 2] }]);
    },
  },
  geoShort: {
    prepare: (db) => fill(db),
    listed: async (db) => {
      await index(db, { g: '2dsphere' });
      await dropIndex(db, 'g_2dsphere');
      await insert(db, [{ g: 'nowhere' }]);
    },
  },
  hidden: {
    prepare: async (db) => [
      await fill(db),
      await index(db, { x: 1 }, { hidden: true }),
      await index(db, { y: 1 }),
    ],
    copied: async (db) => {
      await modify(db, { index: { name: 'x_1', hidden: false } });
      await modify(db, { index: { name: 'y_1', hidden: true } });
    },
  },
  onAnEmptyCollection: { prepare: (db) => db.createCollection('a'), copied: (db) => index(db, { x: 1 }) },
  onDocuments: { prepare: (db) => fill(db), copied: (db) => index(db, { x: 1 }) },
  buildFailed: {
    prepare: (db) => insert(db, [{ x: 1 }, { x: 1 }]),
    copied: (db) => index(db, { x: 1 }, unique).catch(() => undefined),
  },
  sameNameOtherKey: {
    prepare: async (db) => [await fill(db), await index(db, { x: 1 }, { name: 'n' })],
    copied: async (db) => [await dropIndex(db, 'n'), await index(db, { y: 1 }, { name: 'n' })],
  },
  allDropped: {
    prepare: async (db) => [await fill(db), await index(db, { x: 1 }), await index(db, { y: 1 })],
    copied: async (db) => [await dropIndex(db, '*'), await index(db, { y: -1 })],
  },
};
