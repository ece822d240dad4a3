import { join } from 'node:path';
import { Binary, serialize, Timestamp, UUID } from 'bson';
import { temporaryDirectory, testMongod, type TemporaryDirectory } from '@headwater/testing';
import { Mongod } from '../process/mongod.js';
import {
  createCollectionWithUuid,
  namesByUuid,
  replaceSystemVersion,
  type SeedCollection,
} from './collections.js';
import { insertSeedDocuments } from './documents.js';

const bson = (document: object): Buffer => Buffer.from(serialize(document));
const idIndex = bson({ v: 2, key: { _id: 1 }, name: '_id_', ns: 'db.c' });

function collection(name: string, options: object = {}, db = 'db'): SeedCollection {
  return { uuid: Buffer.from(new UUID().id), db, name, options: bson(options), idIndex };
}

describe('seeding', () => {
  let temporary: TemporaryDirectory;
  let mongod: Mongod;

  beforeAll(async () => {
    temporary = await temporaryDirectory();
    mongod = await Mongod.start(await testMongod(), join(temporary.path, 'data'), 'append');
  });
  afterAll(async () => {
    await mongod.kill();
    await temporary.remove();
  });

  const listed = async (name: string, db = 'db') => {
    const { cursor } = await mongod.connection.command(db, { listCollections: 1, filter: { name } });
    return (cursor as { firstBatch: Record<string, unknown>[] }).firstBatch[0];
  };
  const stored = async (name: string): Promise<Buffer[]> => {
    const documents: Buffer[] = [];
    for await (const batch of mongod.connection.findRaw('db', name, { hint: { $natural: 1 } }))
      documents.push(...batch);
    return documents;
  };

  it("makes collections with the source's UUID, options and a current _id index", async () => {
    const c = collection('made', { validator: { a: 1 }, uuid: new UUID(), collation: { locale: 'de' } });
    await createCollectionWithUuid(mongod, {
      ...c,
      idIndex: bson({ v: 2, key: { _id: 1 }, name: '_id_', collation: { locale: 'de' } }),
    });
    expect(await listed('made')).toMatchObject({
      options: { validator: { a: 1 }, collation: { locale: 'de' } },
      info: { uuid: new Binary(c.uuid, 4) },
      idIndex: { v: 2, name: '_id_' },
    });
    expect((await namesByUuid(mongod, 'db')).get(c.uuid.toString('hex'))).toBe('made');
  });

  it('gives a clustered collection no _id index', async () => {
    const clusteredIndex = { v: 2, key: { _id: 1 }, name: 'cl', unique: true };
    await createCollectionWithUuid(mongod, { ...collection('clustered', { clusteredIndex }), idIndex: null });
    expect(await listed('clustered')).not.toHaveProperty('idIndex');
  });

  it('takes a name from another collection, which goes on under a name of its own', async () => {
    const [first, second] = [collection('name'), collection('name')];
    await createCollectionWithUuid(mongod, first);
    await createCollectionWithUuid(mongod, second);
    const names = await namesByUuid(mongod, 'db');
    expect(names.get(second.uuid.toString('hex'))).toBe('name');
    expect(names.get(first.uuid.toString('hex'))).toMatch(/^tmp/);
  });

  it("replaces the version collection of the fresh mongod by the source's, and leaves no other behind", async () => {
    const version = collection('system.version', {}, 'admin');
    await replaceSystemVersion(mongod, version);
    expect([...(await namesByUuid(mongod, 'admin'))]).toEqual([
      [version.uuid.toString('hex'), 'system.version'],
    ]);
  });

  it('stores documents byte for byte: Timestamp(0,0), odd names, invalid ones; in order also where it is capped', async () => {
    const c = collection('capped', { capped: true, size: 1 << 20, validator: { no: { $exists: true } } });
    await createCollectionWithUuid(mongod, c);
    const empty = new Timestamp({ t: 0, i: 0 });
    const documents = Array.from({ length: 9 }, (_, n) =>
      bson(
        new Map<string, unknown>([
          ['_id', n],
          ['b', 1],
          ['1', 2],
          ...(n % 3 === 1 ? [['ts', empty] as const] : []),
        ]),
      ),
    );
    expect(await insertSeedDocuments(mongod, c, documents)).toEqual({ inserted: 9, duplicates: 0 });
    expect(await stored('capped')).toEqual(documents);
  });

  it('counts a document that was read twice, and ends at any other write error', async () => {
    const c = collection('twice');
    await createCollectionWithUuid(mongod, c);
    const documents = [bson({ _id: 1, a: 1 }), bson({ _id: 2, a: 2 })];
    await insertSeedDocuments(mongod, c, documents);
    expect(await insertSeedDocuments(mongod, c, [...documents, bson({ _id: 3, a: 3 })])).toEqual({
      inserted: 1,
      duplicates: 2,
    });
    await mongod.connection.command('db', {
      createIndexes: 'twice',
      indexes: [{ key: { a: 1 }, name: 'a', unique: true }],
    });
    await expect(insertSeedDocuments(mongod, c, [bson({ _id: 4, a: 1 })])).rejects.toMatchObject({
      code: 'MONGODB-10011',
    });
  });

  it('stores view definitions', async () => {
    const views = collection('system.views');
    await createCollectionWithUuid(mongod, views);
    const definition = bson({ _id: 'db.view', viewOn: 'twice', pipeline: [{ $match: { a: 1 } }] });
    expect(await insertSeedDocuments(mongod, views, [definition])).toEqual({ inserted: 1, duplicates: 0 });
    expect(await listed('view')).toMatchObject({ type: 'view', options: { viewOn: 'twice' } });
  });
});
