import type { CreateIndexesOptions, IndexSpecification } from 'mongodb';
import type { Kind, Scene } from '../scene.js';

const targets = ['plain', 'unique', 'text', 'places', 'clustered', 'churn-0', 'churn-1', 'series'] as const;

interface IndexChoice {
  readonly key: IndexSpecification;
  readonly options: CreateIndexesOptions & { readonly name: string };
}

const choices: readonly [IndexChoice, ...IndexChoice[]] = [
  { key: { w: 1 }, options: { name: 'by w' } },
  { key: { k: 1, s: -1 }, options: { name: 'by k and s' } },
  { key: { k: -1 }, options: { name: 'partial', partialFilterExpression: { k: { $gt: 50 } } } },
  { key: { many: 1 }, options: { name: 'sparse', sparse: true } },
  { key: { at: -1 }, options: { name: 'expiring', expireAfterSeconds: 1_000_000_000 } },
  { key: { s: 1 }, options: { name: 'collated', collation: { locale: 'sv' } } },
  { key: { 'nested.$**': 1 }, options: { name: 'wild' } },
  { key: { found: 1 }, options: { name: 'hidden', hidden: true } },
];

const collMod = (scene: Scene, change: Record<string, unknown>) =>
  scene.db.command({ collMod: scene.random.pick(targets), ...change });

/** Indexes come, go, hide, expire later and become unique, on collections that are written to. */
export const indexChanges: Kind = {
  name: 'index changes',
  prepare: (scene) => scene.collection('plain').createIndex({ w: 1 }, { name: 'by w' }, {}),
  operations: [
    {
      name: 'create index',
      weight: 2,
      run: (scene) => {
        const { key, options } = scene.random.pick(choices);
        return scene.collection(scene.random.pick(targets)).createIndex(key, options, {});
      },
    },
    {
      name: 'create several indexes',
      weight: 0.5,
      run: (scene) =>
        scene.collection(scene.random.pick(targets)).createIndexes([
          { key: { n: 1 }, name: 'first' },
          { key: { n: -1, w: 1 }, name: 'second' },
        ]),
    },
    {
      name: 'drop index',
      weight: 2,
      run: (scene) =>
        scene.collection(scene.random.pick(targets)).dropIndex(scene.random.pick(choices).options.name),
    },
    {
      name: 'drop all indexes',
      weight: 0.2,
      run: (scene) => scene.collection(scene.random.pick(['churn-0', 'churn-1'])).dropIndexes(),
    },
    {
      name: 'hide index',
      weight: 1,
      run: (scene) => {
        const index = { name: scene.random.pick(choices).options.name, hidden: scene.random.chance(0.5) };
        return collMod(scene, { index });
      },
    },
    {
      name: 'change expiry',
      weight: 1,
      run: (scene) => collMod(scene, { index: { name: 'expiring', expireAfterSeconds: 1e9 + scene.number } }),
    },
    {
      name: 'make unique',
      weight: 0.5,
      run: async ({ db, random }) => {
        const collMod = random.pick(['churn-0', 'churn-1']);
        await db.collection(collMod).createIndex({ _id: 1, k: 1 }, { name: 'made unique' }, {});
        await db.command({ collMod, index: { name: 'made unique', prepareUnique: true } });
        await db.command({ collMod, index: { name: 'made unique', unique: true } });
      },
    },
  ],
};
