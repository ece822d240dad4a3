import { dropIndex, fill, index, insert, many, type CatalogueChanges } from './catalogue-change.js';

/** Collections that are renamed, dropped, made again and replaced. */
export const collectionChanges: CatalogueChanges = {
  collectionDropped: {
    prepare: async (db) => [await fill(db), await index(db, { x: 1 })],
    copied: (db) => db.dropCollection('a'),
  },
  databaseDropped: {
    prepare: async (db) => [await fill(db), await index(db, { x: 1 })],
    copied: (db) => db.dropDatabase(),
  },
  droppedAndMadeAgain: {
    prepare: async (db) => [await fill(db), await index(db, { x: 1 }, { unique: true })],
    copied: async (db) => {
      await db.dropCollection('a');
      await insert(db, [
        { x: 1, y: 1 },
        { x: 1, y: 2 },
      ]);
      await index(db, { y: 1 }, { expireAfterSeconds: 1e9 });
    },
  },
  madeAgainTwiceUnread: {
    prepare: async (db) => [await fill(db), await index(db, { x: 1 })],
    listed: async (db) => {
      for (const k of [1, 2]) {
        await db.dropCollection('a');
        await insert(db, [{ k }]);
        await index(db, { [`k${k}`]: 1 });
      }
    },
  },
  renamed: {
    prepare: async (db) => [await fill(db), await index(db, { x: 1 })],
    copied: async (db) => [await db.renameCollection('a', 'b'), await index(db, { y: 1 }, {}, 'b')],
  },
  renamedUnread: {
    prepare: async (db) => [await fill(db), await index(db, { x: 1 })],
    listed: (db) => db.renameCollection('a', 'b'),
  },
  renamedWhileRead: {
    prepare: async (db) => [await fill(db, 'a', many), await index(db, { x: 1 })],
    midway: (db) => db.renameCollection('a', 'b'),
  },
  renamedAndReplaced: {
    prepare: async (db) => [await fill(db), await index(db, { x: 1 })],
    copied: async (db) => {
      await db.renameCollection('a', 'b');
      await insert(db, [{ other: 1 }]);
      await index(db, { other: 1 });
    },
  },
  renamedOverAnother: {
    prepare: async (db) => {
      await Promise.all([fill(db), fill(db, 'b')]);
      await index(db, { x: 1 });
      await index(db, { y: 1 }, {}, 'b');
    },
    copied: (db) => db.renameCollection('a', 'b', { dropTarget: true }),
  },
  renamedIntoAnotherDatabase: {
    prepare: async (db) => [await fill(db), await index(db, { x: 1 }, { unique: true })],
    copied: (db) => moved(db, 'zz'),
  },
  renamedIntoAnEarlierDatabase: {
    prepare: async (db) => [await fill(db), await index(db, { x: 1 }, { hidden: true })],
    copied: (db) => moved(db, 'aa'),
  },
  convertedToCapped: {
    prepare: async (db) => [await fill(db), await index(db, { x: 1 })],
    copied: (db) => db.command({ convertToCapped: 'a', size: 1e5 }),
  },
  replacedByOut: {
    prepare: async (db) => {
      await Promise.all([fill(db), fill(db, 't')]);
      await index(db, { x: 1 }, { unique: true }, 't');
    },
    copied: async (db) => {
      await index(db, { y: 1 }, {}, 't');
      await db
        .collection('a')
        .aggregate([{ $match: { x: { $gt: 3 } } }, { $out: 't' }])
        .toArray();
    },
  },
  viewBecomesCollection: {
    prepare: async (db) => [await fill(db), await db.createCollection('v', { viewOn: 'a', pipeline: [] })],
    copied: async (db) => {
      await db.dropCollection('v');
      await insert(db, [{ x: 1 }], 'v');
      await index(db, { x: 1 }, {}, 'v');
    },
  },
  madeInATransaction: {
    prepare: (db) => fill(db),
    copied: (db) =>
      db.client.withSession((session) =>
        session.withTransaction(async () => {
          await db.createCollection('t', { session });
          await db.collection('t').createIndex({ x: 1 }, {}, { session });
          await db.collection('t').insertOne({ x: 1 }, { session });
        }),
      ),
  },
  indexesChangedUntilTheEnd: {
    prepare: async (db) => [await fill(db), await index(db, { x: 1 }), await index(db, { y: 1 })],
    copied: async (db) => {
      await dropIndex(db, 'x_1');
      await index(db, { late: 1 });
      await dropIndex(db, 'late_1');
      await index(db, { later: 1 });
    },
  },
};

function moved(db: Parameters<typeof fill>[0], suffix: string): Promise<unknown> {
  const to = `ddl-${suffix}.from ${db.databaseName}`;
  return db.client.db('admin').command({ renameCollection: `${db.databaseName}.a`, to });
}
