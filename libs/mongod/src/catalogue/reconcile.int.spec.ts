import { join } from 'node:path';
import { temporaryDirectory, testMongod, type TemporaryDirectory } from '@headwater/testing';
import { Mongod } from '../process/mongod.js';
import { readCatalogue, type Catalogue } from './catalogue.js';
import { listContents } from './contents.js';
import { reconcile } from './reconcile.js';

const ttl = (expireAfterSeconds: number) => ({ key: { at: 1 }, name: 'at_1', expireAfterSeconds });

function asPairs(_name: string, value: unknown): unknown {
  return value instanceof Map ? [...value] : value;
}

describe('reconcile', () => {
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

  const command = (c: object) => mongod.connection.command('db', { ...c });
  /** For comparison; a collection whose options say the same in other words is left to the second reconcile. */
  const plain = (catalogue: Catalogue): string[] =>
    [...catalogue.values()]
      .filter(({ name }) => name !== 'reworded')
      .map((entry) => JSON.stringify({ ...entry, indexes: new Map([...entry.indexes].sort()) }, asPairs));

  it('brings indexes and options back to the catalogue, and changes nothing a second time', async () => {
    await command({ create: 'c', validator: { a: 1 }, validationLevel: 'strict', validationAction: 'warn' });
    await command({ create: 'reworded', validator: { a: 1 } });
    await command({ insert: 'c', documents: [{ _id: 1, x: 1, a: 1 }] });
    const odd = new Map([
      ['b', 1],
      ['1', 1],
    ]);
    const text = { key: { t: 'text' }, name: 't_text', weights: { t: 3 }, default_language: 'german' };
    const specs = [ttl(1e9), { key: odd, name: 'odd' }, text, { key: { h: 1 }, name: 'h_1', hidden: true }];
    await command({ createIndexes: 'c', indexes: specs });
    await command({ create: 'ts', timeseries: { timeField: 'at', metaField: 'm' }, expireAfterSeconds: 1e9 });
    await command({ createIndexes: 'ts', indexes: [{ key: { m: 1, at: 1 }, name: 'mat' }] });
    await command({ create: 'collated', collation: { locale: 'de' } });
    const simple = { key: { s: 1 }, name: 's_1', collation: { locale: 'simple' } };
    await command({ createIndexes: 'collated', indexes: [simple, { key: { d: 1 }, name: 'd_1' }] });
    const wanted = await readCatalogue(mongod);
    expect(await reconcile(mongod, wanted)).toEqual({ created: 0, dropped: 0, collMods: 0, wrong: [] });

    await command({ dropIndexes: 'c', index: ['odd', 't_text', 'h_1'] });
    await command({
      createIndexes: 'c',
      indexes: [
        { key: { y: 1 }, name: 'y_1' },
        { key: { '1': 1, b: 1 }, name: 'odd' },
      ],
    });
    await command({
      collMod: 'c',
      index: { name: 'at_1', expireAfterSeconds: 5 },
      validator: {},
      validationAction: 'error',
      changeStreamPreAndPostImages: { enabled: true },
    });
    await command({ collMod: 'reworded', validator: {} });
    await command({ collMod: 'ts', expireAfterSeconds: 'off' });
    await command({ dropIndexes: 'ts', index: 'mat' });
    await command({ dropIndexes: 'collated', index: '*' });

    const done = await reconcile(mongod, wanted);
    expect(done).toEqual({ created: 7, dropped: 3, collMods: 3, wrong: [] });
    expect(plain(await readCatalogue(mongod))).toEqual(plain(wanted));
    expect(await reconcile(mongod, wanted)).toEqual({ created: 0, dropped: 0, collMods: 0, wrong: [] });
  });

  it('names what it cannot mend, and neither makes nor drops a collection', async () => {
    await command({ create: 'gone' });
    await command({ create: 'renamed' });
    await command({ create: 'sized' });
    const wanted = await readCatalogue(mongod);
    await command({ drop: 'gone' });
    await mongod.connection.command('admin', { renameCollection: 'db.renamed', to: 'db.other' });
    await command({ create: 'extra' });
    await command({ convertToCapped: 'sized', size: 4096 });
    expect([...(await reconcile(mongod, wanted)).wrong].sort()).toEqual([
      'db.extra is not in the source',
      'db.gone is missing',
      'db.other is db.renamed in the source',
      // It has another UUID now.
      'db.sized is missing',
      'db.sized is not in the source',
    ]);
    const names = (await listContents(mongod)).map(({ ns }) => ns);
    expect(names).toContain('db.extra');
    expect(names).not.toContain('db.gone');
  });

  it('lists contents with their kinds and counts', async () => {
    await command({ create: 'view', viewOn: 'c', pipeline: [] });
    const contents = await listContents(mongod);
    expect(contents).toContainEqual({ ns: 'db.c', type: 'collection', documents: 1 });
    expect(contents).toContainEqual({ ns: 'db.view', type: 'view', documents: null });
    expect(contents).toContainEqual({ ns: 'db.ts', type: 'timeseries', documents: null });
    expect(contents.some(({ ns }) => ns.startsWith('local.'))).toBe(false);
  });
});
