import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@headwater/clock';
import { ReplicaSetSource, type SourceOptions } from './replica-set-source.js';
import { greetingOf } from './topology/greeting.js';
import { DirectConnection } from './connection/direct-connection.js';
import { mongodBinary } from './spec-support/mongod-binary.js';
import { MongodProcess, startOneMemberSet, until } from './spec-support/mongod-process.js';

const options = { appName: 'spec', clock: systemClock, connectMillis: 2_000 };

const opened: ReplicaSetSource[] = [];

async function open(uri: string, more: Partial<SourceOptions> = {}): Promise<ReplicaSetSource> {
  const source = await ReplicaSetSource.open(uri, { ...options, ...more });
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

describe('opening a source', () => {
  it('refuses a standalone server, and says what to do', async () => {
    const standalone = await MongodProcess.start(await mongodBinary());
    expect(await refusal(standalone.uri)).toMatchObject({
      code: 'MONGODB-10003',
      retryable: false,
      message: expect.stringContaining('standalone') as string,
    });
    await standalone.stop();
  });

  it('refuses a member of a set that is not initiated', async () => {
    const member = await MongodProcess.start(await mongodBinary(), { replicaSet: 'rs0' });
    expect(await refusal(member.uri)).toMatchObject({
      code: 'MONGODB-10003',
      message: expect.stringContaining('not initiated') as string,
    });
    await member.stop();
  });

  it('names every member that it cannot reach, and can be tried again', async () => {
    expect(await refusal('mongodb://u:secret@127.0.0.1:9,127.0.0.1:10/?replicaSet=rs0')).toMatchObject({
      code: 'MONGODB-10002',
      retryable: true,
      message: expect.stringMatching(/^(?=.*127\.0\.0\.1:9)(?=.*127\.0\.0\.1:10)(?!.*secret)/) as string,
    });
  });
});

describe('a source of three members', () => {
  const members: MongodProcess[] = [];

  beforeAll(async () => {
    for (let n = 0; n < 3; n++) {
      members.push(await MongodProcess.start(await mongodBinary(), { replicaSet: 'trio' }));
    }
    const first = await at(0).connect();
    const config = {
      _id: 'trio',
      members: [
        { _id: 0, host: at(0).address, priority: 2 },
        { _id: 1, host: at(1).address, priority: 0 },
        { _id: 2, host: at(2).address, arbiterOnly: true },
      ],
    };
    await first.command('admin', { replSetInitiate: config });
    await until(async () => (await first.command('admin', { hello: 1 }))['isWritablePrimary'] === true);
    await first.close();
    const second = await at(1).connect();
    await until(async () => {
      const greeting = greetingOf(await second.command('admin', { hello: 1 }));
      return greeting.kind === 'member' && greeting.role === 'secondary' && greeting.majority !== null;
    });
    await second.close();
  });
  afterAll(async () => {
    await Promise.all(members.map((member) => member.stop()));
  });

  it('pins a secondary, whichever member the URI names, and knows the set', async () => {
    for (const seed of [at(0), at(1), at(2)]) {
      const source = await open(`mongodb://${seed.address}/?replicaSet=trio`);
      expect(source.identity).toMatchObject({
        replicaSet: 'trio',
        member: at(1).address,
        serverVersion: expect.stringMatching(/^6\.0\./) as string,
        fcv: '6.0',
        replicaSetId: expect.stringMatching(/^[0-9a-f]{24}$/) as string,
      });
    }
  });

  it('takes the named member and no other when the URI asks for a direct connection', async () => {
    const source = await open(`${at(0).uri}?directConnection=true`);
    expect(source.identity.member).toBe(at(0).address);
  });

  it('takes another member when told to avoid one', async () => {
    const source = await open(at(0).uri, { avoid: [at(1).address] });
    expect(source.identity.member).toBe(at(0).address);
  });

  it('refuses an arbiter, and a set of another name', async () => {
    expect(await refusal(`${at(2).uri}?directConnection=true`)).toMatchObject({ code: 'MONGODB-10005' });
    expect(await refusal(`${at(0).uri}?replicaSet=other`)).toMatchObject({
      code: 'MONGODB-10001',
      message: expect.stringContaining('trio') as string,
    });
  });

  it('delivers nothing that is not on a majority', async () => {
    const source = await open(`${at(0).uri}?directConnection=true`);
    const writer = await at(0).connect();
    const begin = await source.beginSync();
    const opening = await source.openTail((await source.oplogBounds()).majority);
    if (opening.kind !== 'ok') {
      throw new Error(opening.kind);
    }
    const read: Buffer[] = [];
    const written = (): boolean => read.some((entry) => entry.includes('not yet'));
    at(1).signal('SIGSTOP');
    try {
      await writer.command('db', { insert: 'x', documents: [{ text: 'not yet' }], writeConcern: { w: 1 } });
      for (let n = 0; n < 3; n++) {
        read.push(...(await opening.tail.next()));
      }
      expect(written()).toBe(false);
      const { newest, majority } = await source.oplogBounds();
      expect(newest.ts).not.toEqual(majority.ts);
      await expect(source.confirmSync(begin, newest, 100)).rejects.toMatchObject({
        code: 'MONGODB-10017',
        retryable: true,
      });
    } finally {
      at(1).signal('SIGCONT');
    }
    await until(async () => {
      read.push(...(await opening.tail.next()));
      return written();
    });
    await opening.tail.close();
    await writer.close();
  });

  it('takes the primary when the secondary is gone', async () => {
    at(1).signal('SIGKILL');
    const source = await open(at(0).uri);
    expect(source.identity.member).toBe(at(0).address);
  });

  function at(n: number): MongodProcess {
    const member = members[n];
    if (member === undefined) {
      throw new Error(`no member ${String(n)}`);
    }
    return member;
  }
});

describe('a source with users', () => {
  const authOf = (user: string, password = 'pä:ss/word'): string =>
    `${user}:${encodeURIComponent(password)}@`;
  let mongod: MongodProcess;
  let keys: string;

  beforeAll(async () => {
    keys = await mkdtemp(join(tmpdir(), 'hw-key-'));
    await writeFile(join(keys, 'key'), 'c2VjcmV0c2VjcmV0', { mode: 0o600 });
    mongod = await startOneMemberSet(await mongodBinary(), { arguments: ['--keyFile', join(keys, 'key')] });
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
