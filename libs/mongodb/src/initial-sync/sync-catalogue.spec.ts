import { Binary, serialize } from 'bson';
import { collectionOf } from './collection-listing.js';
import { unfinishedBuilds } from './sync-catalogue.js';

const uuid = new Binary(Buffer.alloc(16, 7), Binary.SUBTYPE_UUID);
const idIndex = { v: 2, key: { _id: 1 }, name: '_id_' };

function document(options: object, specs: readonly object[], ready = true): Buffer {
  const indexes = specs.map((spec) => ({ spec, ready }));
  return Buffer.from(
    serialize({ db: 'db', name: 'c', type: 'collection', md: { options: { uuid, ...options }, indexes } }),
  );
}

describe('a document of $listCatalog', () => {
  it('names every index that is still being built', () => {
    expect(unfinishedBuilds(document({}, [idIndex]))).toEqual([]);
    expect(unfinishedBuilds(document({}, [idIndex, { name: 'slow' }], false))).toEqual([
      'db.c (_id_)',
      'db.c (slow)',
    ]);
    expect(unfinishedBuilds(Buffer.from(serialize({ db: 'db', name: 'view', type: 'view' })))).toEqual([]);
  });

  it('gives identity, options and _id index with their bytes', () => {
    const validator = new Map([
      ['b', 1],
      ['10', 2],
    ]);
    expect(collectionOf(document({ validator }, [{ ...idIndex, name: 'other' }, idIndex]))).toEqual({
      db: 'db',
      name: 'c',
      uuid: Buffer.alloc(16, 7),
      options: Buffer.from(serialize({ uuid, validator })),
      idIndex: Buffer.from(serialize(idIndex)),
    });
  });

  it('has no _id index when the collection is clustered, and is no collection when it is a view', () => {
    expect(collectionOf(document({}, [{ ...idIndex, clustered: true }]))?.idIndex).toBeNull();
    expect(
      collectionOf(Buffer.from(serialize({ db: 'db', name: 'weather', type: 'timeseries' }))),
    ).toBeNull();
  });
});
