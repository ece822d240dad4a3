import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@headwater/clock';
import { testMongod } from '@headwater/testing';
import { DirectConnection } from '../connection/direct-connection.js';
import { ReplicaSetSource } from '../replica-set-source.js';
import { startOneMemberSet, type MongodProcess } from '../spec-support/mongod-process.js';

const options = { appName: 'spec', clock: systemClock, connectMillis: 2_000 };

const opened: ReplicaSetSource[] = [];

async function open(uri: string): Promise<ReplicaSetSource> {
  const source = await ReplicaSetSource.open(uri, options);
  opened.push(source);
  return source;
}

afterEach(async () => {
  await Promise.all(opened.splice(0).map((source) => source.close()));
});

/** The failure of opening; null when there is none. */
async function refusal(uri: string): Promise<unknown> {
  try {
    await open(uri);
    return null;
  } catch (error) {
    return error;
  }
}

describe('a source with users', () => {
  const authOf = (user: string, password = 'pä:ss/word'): string =>
    `${user}:${encodeURIComponent(password)}@`;
  let mongod: MongodProcess;
  let keys: string;

  beforeAll(async () => {
    keys = await mkdtemp(join(tmpdir(), 'hw-key-'));
    await writeFile(join(keys, 'key'), 'c2VjcmV0c2VjcmV0', { mode: 0o600 });
    mongod = await startOneMemberSet((await testMongod()).path, {
      arguments: ['--keyFile', join(keys, 'key')],
    });
    const local = await mongod.connect();
    await local.command('admin', { createUser: 'root', pwd: 'pä:ss/word', roles: ['root'] });
    await local.close();
    const admin = await DirectConnection.open(uriOf('root'));
    const createUser = async (name: string, roles: unknown[]): Promise<void> => {
      await admin.command('admin', { createUser: name, pwd: 'pä:ss/word', roles });
    };
    await admin.command('admin', {
      createRole: 'headwater',
      privileges: [{ resource: { anyResource: true }, actions: ['find'] }],
      roles: ['backup', 'clusterMonitor'],
    });
    await createUser('backup', ['headwater']);
    await createUser('halfway', ['backup', 'clusterMonitor']);
    await createUser('reader', ['readAnyDatabase']);
    await createUser('nobody', []);
    await admin.close();
  });
  afterAll(async () => {
    await mongod.stop();
    await rm(keys, { recursive: true });
  });

  it('says that user or password are wrong, and shows neither the password nor the URI', async () => {
    const failure = await refusal(
      `mongodb://${authOf('backup', 'hunter2')}${mongod.address}/?authSource=admin`,
    );
    expect(failure).toMatchObject({ code: 'MONGODB-10006', retryable: false });
    const { message, stack, cause } = failure as Error;
    expect(JSON.stringify([message, stack, cause, String(cause)])).not.toMatch(/hunter2|mongodb:\/\//);
  });

  it.each(['nobody', 'reader', 'halfway'])('names the roles that are missing (%s)', async (user) => {
    expect(await refusal(uriOf(user))).toMatchObject({
      code: 'MONGODB-10007',
      solution: expect.stringMatching(/backup.*clusterMonitor/) as string,
    });
  });

  it('says so when it is not even told who asks', async () => {
    expect(await refusal(mongod.uri)).toMatchObject({ code: 'MONGODB-10007' });
  });

  it('can do with the named roles whatever a backup needs', async () => {
    const admin = await DirectConnection.open(uriOf('root'));
    await prepareOddCollections(admin);
    const source = await connectAs('backup');
    const begin = await source.beginSync();
    const names: string[] = [];
    for (const collection of await source.collections()) {
      let documents = 0;
      for await (const batch of source.documents(collection)) {
        documents += batch.length;
      }
      names.push(`${collection.db}.${collection.name}`);
      expect(documents).toBeGreaterThanOrEqual(0);
    }
    expect(names).toEqual(
      expect.arrayContaining([
        'admin.system.users',
        'admin.system.version',
        'config.image_collection',
        'config.transactions',
        'db.system.buckets.weather',
        'db.system.js',
        'db.system.views',
        'db.withPreimages',
      ]),
    );
    expect(names.at(-1)).toBe('config.system.preimages');
    const { stop } = await source.endSync();
    for await (const batch of source.catalogueAt(stop.ts)) {
      expect(batch.length).toBeGreaterThan(0);
    }
    await source.confirmSync(begin, stop);
    expect(await source.openTailAt(begin.beginFetching)).toMatchObject({ kind: 'ok' });
    await admin.close();
  });

  function uriOf(user: string): string {
    return `mongodb://${authOf(user)}${mongod.address}/?authSource=admin`;
  }

  function connectAs(user: string): Promise<ReplicaSetSource> {
    return open(uriOf(user));
  }

  async function prepareOddCollections(connection: DirectConnection): Promise<void> {
    await connection.command('db', { create: 'weather', timeseries: { timeField: 'at' } });
    await connection.command('db', { create: 'aView', viewOn: 'weather', pipeline: [] });
    await connection.command('db', {
      create: 'withPreimages',
      changeStreamPreAndPostImages: { enabled: true },
    });
    await connection.command('db', { insert: 'withPreimages', documents: [{ _id: 1 }] });
    await connection.command('db', { delete: 'withPreimages', deletes: [{ q: { _id: 1 }, limit: 1 }] });
    await connection.command('db', { insert: 'system.js', documents: [{ _id: 'one', value: 1 }] });
    await connection.command('db', { insert: 'weather', documents: [{ at: new Date(0), t: 1 }] });
  }
});
