import { testMongod } from '@headwater/testing';
import { deserialize, serialize, type Timestamp } from 'bson';
import type { DirectConnection } from '../connection/direct-connection.js';
import { oplogTimestamp } from '../entries/optime.js';
import { startOneMemberSet, type MongodProcess } from '../spec-support/mongod-process.js';
import { listCatalogue } from './catalogue.js';
import { dbHash } from './db-hash.js';

describe('verification', () => {
  let mongod: MongodProcess;
  let connection: DirectConnection;

  beforeAll(async () => {
    mongod = await startOneMemberSet((await testMongod()).path);
    connection = await mongod.connect();
  });
  afterAll(async () => {
    await connection.close();
    await mongod.stop();
  });

  it('hashes every collection but those of local, and sees a changed document', async () => {
    await connection.insertRaw('a', 'x', [Buffer.from(serialize({ _id: 1 }))]);
    await connection.insertRaw('b', 'y', [Buffer.from(serialize({ _id: 1 }))]);
    const before = await dbHash(connection);
    expect([...before.keys()]).toEqual(expect.arrayContaining(['a.x', 'b.y', 'admin.system.version']));
    expect([...before.keys()].filter((namespace) => namespace.startsWith('local.'))).toEqual([]);
    expect(before.get('a.x')?.uuid).toMatch(/^[0-9a-f]{32}$/);
    await connection.command('a', { update: 'x', updates: [{ q: { _id: 1 }, u: { $set: { n: 1 } } }] });
    const after = await dbHash(connection);
    expect(after.get('a.x')?.md5).not.toBe(before.get('a.x')?.md5);
    expect(after.get('b.y')).toEqual(before.get('b.y'));
    expect((await dbHash(connection, { exclude: ['local', 'a'] })).has('a.x')).toBe(false);
  });

  it('lists the catalogue as of now and as of a moment in the past', async () => {
    const { operationTime } = await connection.command('c', { create: 'then' });
    await connection.command('c', { create: 'now' });
    const then = oplogTimestamp(operationTime as Timestamp);
    expect(await names(listCatalogue(connection))).toEqual(['now', 'then']);
    expect(await names(listCatalogue(connection, then))).toEqual(['then']);
  });

  async function names(batches: AsyncIterable<Buffer[]>): Promise<string[]> {
    const listed: string[] = [];
    for await (const batch of batches) {
      for (const document of batch) {
        const { db, name } = deserialize(document) as { db: string; name: string };
        if (db === 'c') {
          listed.push(name);
        }
      }
    }
    return listed;
  }
});
