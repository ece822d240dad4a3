import type { IndexDescription } from 'mongodb';
import type { Kind, Scene } from '../scene.js';

const targets = ['plain', 'unique', 'text', 'places', 'clustered', 'churn-0', 'churn-1', 'series'] as const;

type NamedIndex = IndexDescription & { readonly name: string };

const choices: readonly [NamedIndex, ...NamedIndex[]] = [
  { key: { w: 1 }, name: 'by w' },
  { key: { k: 1, s: -1 }, name: 'by k and s' },
  { key: { k: -1 }, name: 'partial', partialFilterExpression: { k: { $gt: 50 } } },
  { key: { many: 1 }, name: 'sparse', sparse: true },
  { key: { at: -1 }, name: 'expiring', expireAfterSeconds: 1_000_000_000 },
  { key: { s: 1 }, name: 'collated', collation: { locale: 'sv' } },
  { key: { 'nested.$**': 1 }, name: 'wild' },
  { key: { found: 1 }, name: 'hidden', hidden: true },
];

const collMod = (scene: Scene, change: Record<string, unknown>) =>
  scene.db.command({ collMod: scene.random.pick(targets), ...change });

/** Indexes come, go, hide, expire later and become unique, on collections that are written to. */
export const indexChanges: Kind = {
  name: 'index changes',
  async prepare(scene) {
    for (const target of ['plain', 'unique', 'text']) {
      await scene.collection(target).createIndexes([...choices]);
    }
  },
  operations: [
    {
      name: 'create index',
      weight: 2,
      run: (scene) =>
        scene.collection(scene.random.pick(targets)).createIndexes([scene.random.pick(choices)]),
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
      run: (scene) => scene.collection(scene.random.pick(targets)).dropIndex(scene.random.pick(choices).name),
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
        const index = { name: scene.random.pick(choices).name, hidden: scene.random.chance(0.5) };
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
