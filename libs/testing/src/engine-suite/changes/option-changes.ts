import { dropIndex, fill, index, insert, modify, type CatalogueChanges } from './catalogue-change.js';

const clustered = { key: { _id: 1 }, unique: true };

/** Options of collections, and collections that are no plain ones. */
export const optionChanges: CatalogueChanges = {
  validatorSet: {
    prepare: (db) => fill(db),
    copied: (db) =>
      modify(db, { validator: { x: { $gte: 0 } }, validationLevel: 'moderate', validationAction: 'warn' }),
  },
  validatorSetWithAnIndex: {
    prepare: async (db) => [await fill(db), await index(db, { x: 1 })],
    copied: (db) =>
      modify(db, {
        index: { name: 'x_1', hidden: true },
        validator: { x: { $gte: 0 } },
        validationAction: 'warn',
      }),
  },
  validatorRemoved: {
    prepare: async (db) => {
      await db.createCollection('a', {
        validator: { x: { $gte: 0 } },
        changeStreamPreAndPostImages: { enabled: true },
      });
      await fill(db);
      await index(db, { x: 1 });
    },
    copied: (db) =>
      modify(db, {
        index: { name: 'x_1', hidden: true },
        validator: {},
        changeStreamPreAndPostImages: { enabled: false },
      }),
  },
  madeUniqueInSteps: {
    prepare: async (db) => [await fill(db), await index(db, { x: 1 }), await index(db, { x: 1, y: 1 })],
    copied: async (db) => {
      await modify(db, { index: { name: 'x_1', prepareUnique: true } });
      await modify(db, { index: { name: 'x_1', unique: true } });
      await modify(db, { index: { name: 'x_1_y_1', prepareUnique: true } });
    },
  },
  timeSeries: {
    prepare: async (db) => {
      const timeseries = { timeField: 'at', metaField: 'y' };
      await db.createCollection('a', { timeseries, expireAfterSeconds: 1e9 });
      const measured = Array.from({ length: 50 }, (_, n) => ({
        at: new Date(1e12 + n * 1000),
        y: n % 3,
        x: n,
      }));
      await insert(db, measured);
      await index(db, { y: 1, at: 1 });
      await index(db, { x: 1 });
    },
    copied: async (db) => {
      await modify(db, { index: { name: 'y_1_at_1', hidden: true } });
      await modify(db, { expireAfterSeconds: 15e8 });
      await modify(db, { timeseries: { granularity: 'minutes' } });
      await dropIndex(db, 'x_1');
      await index(db, { y: 1 });
    },
  },
  timeSeriesMade: {
    prepare: (db) => fill(db, 'o'),
    copied: async (db) => {
      await db.createCollection('a', { timeseries: { timeField: 'at', metaField: 'y' } });
      await index(db, { x: 1 });
      await insert(db, [{ at: new Date(1e12), y: 1, x: 1 }]);
    },
  },
  clusteredExpiry: {
    prepare: async (db) => {
      const options = { clusteredIndex: { ...clustered, name: 'cl' }, expireAfterSeconds: 1e9 };
      await db.createCollection('a', options);
      await insert(db, dated());
      await index(db, { x: 1 });
    },
    copied: async (db) => {
      await modify(db, { expireAfterSeconds: 15e8 });
      await modify(db, { index: { name: 'x_1', hidden: true } });
      await index(db, { y: 1 });
    },
  },
  clusteredExpiryOff: {
    prepare: async (db) => {
      await db.createCollection('a', { clusteredIndex: clustered, expireAfterSeconds: 1e9 });
      await insert(db, dated());
    },
    copied: (db) => modify(db, { expireAfterSeconds: 'off' }),
  },
};

const dated = (): Record<string, unknown>[] =>
  Array.from({ length: 20 }, (_, n) => ({ _id: new Date(1.7e12 + n), x: n, y: n }));
