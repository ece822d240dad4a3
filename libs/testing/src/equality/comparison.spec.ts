import { compareImages } from './comparison.js';
import { expectedDifferences, mayDiffer } from './expected-difference.js';
import type { CollectionImage, DeploymentImage } from './image.js';

const collection: CollectionImage = {
  db: 'app',
  name: 'a',
  type: 'collection',
  options: '{}',
  uuid: '01',
  idIndex: '{"key":{"_id":1}}',
  documents: 'd41d',
  indexes: new Map([['_id_', '{"key":{"_id":1}}']]),
};

const imageOf = (namespace: string, changes: Partial<CollectionImage> = {}): DeploymentImage =>
  new Map([[namespace, { ...collection, ...changes }]]);

describe('compareImages', () => {
  it('finds nothing where nothing differs', () => {
    expect(compareImages(imageOf('app.a'), imageOf('app.a'))).toEqual([]);
  });

  it('names every respect in which a collection differs', () => {
    const found = imageOf('app.a', {
      type: 'view',
      options: '{"capped":true}',
      uuid: '02',
      idIndex: null,
      documents: 'beef',
      indexes: new Map([['k_1', '{"key":{"k":1}}']]),
    });
    expect(compareImages(imageOf('app.a'), found)).toEqual([
      'app.a: types differ: view instead of collection',
      'app.a: options differ: {"capped":true} instead of {}',
      'app.a: UUIDs differ: 02 instead of 01',
      'app.a: idIndexes differ: null instead of {"key":{"_id":1}}',
      'app.a: documents differ',
      'app.a: index _id_ is missing',
      'app.a: index k_1 is not in the source',
    ]);
  });

  it('passes over what always differs', () => {
    for (const namespace of [
      'local.oplog.rs',
      'config.system.sessions',
      'config.cache.chunks.a',
      'app.system.profile',
    ]) {
      expect(compareImages(imageOf(namespace), new Map())).toEqual([]);
    }
  });

  it('passes over what an initial sync cannot carry only where the copy is fresh from one', () => {
    for (const namespace of ['config.image_collection', 'config.system.preimages']) {
      expect(compareImages(imageOf(namespace), new Map())).toEqual([`${namespace}: is missing`]);
      expect(compareImages(imageOf(namespace), new Map(), { copyWindow: true })).toEqual([]);
    }
  });

  it('passes over nothing that only looks like an expected difference', () => {
    for (const namespace of [
      'app.local.a',
      'config.system.sessions2',
      'app.config.cache.x',
      'config.transactions',
    ]) {
      expect(mayDiffer(namespace, true)).toBe(false);
    }
    expect(expectedDifferences.every(({ reason }) => reason.length > 0)).toBe(true);
  });
});
