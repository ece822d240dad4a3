import type { Kind, Scene } from '../scene.js';

const names = [
  'with space',
  'ünïcode-集合-🌊',
  'dots.in.the.middle',
  `quotes"and'apostrophes`,
  'percent%2Fslash/back\\slash',
  '-leading',
  '0',
  'line\nbreak',
  'CASE',
  'case',
  'long'.repeat(45),
] as const;

const unusual = (scene: Scene, name: string) =>
  scene.beside('ünusual').collection<{ _id: number; n?: number }>(name);

/** Names that break a path, a quotation or an assumption. */
export const unusualNames: Kind = {
  name: 'unusual names',
  async prepare(scene) {
    for (const name of names) {
      await unusual(scene, name).createIndex({ 'ä.ö': 1 }, { name: `${name.slice(0, 20)} "index"` }, {});
      await unusual(scene, name).insertOne({ _id: 1 });
    }
  },
  operations: [
    {
      name: 'write to an unusual name',
      weight: 2,
      run: (scene) => {
        const name = scene.random.pick(names);
        return unusual(scene, name).updateOne({ _id: 1 }, { $set: { n: scene.number } }, { upsert: true });
      },
    },
    {
      name: 'rename an unusual name',
      weight: 0.3,
      run: (scene) =>
        scene.beside('ünusual').renameCollection(...scene.random.pickTwo(names), { dropTarget: true }),
    },
  ],
};
