import { testMongod } from '@headwater/testing';
import { systemClock } from '@headwater/clock';
import { ReplicaSetSource, type SourceOptions } from './replica-set-source.js';
import { greetingOf } from './topology/greeting.js';
import { MongodProcess, until } from './spec-support/mongod-process.js';

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
    const standalone = await MongodProcess.start((await testMongod()).path);
    expect(await refusal(standalone.uri)).toMatchObject({
      code: 'MONGODB-10003',
      retryable: false,
      message: expect.stringContaining('standalone') as string,
    });
    await standalone.stop();
  });

  it('refuses a member of a set that is not initiated', async () => {
    const member = await MongodProcess.start((await testMongod()).path, { replicaSet: 'rs0' });
    expect(await refusal(member.uri)).toMatchObject({
      code: 'MONGODB-10003',
      message: expect.stringContaining('not initiated') as string,
    });
    await member.stop();
  });

  it('says at once what no retry would change', async () => {
    expect(await refusal('mongodb://u:secret@127.0.0.1:9/?tls=true&tlsCAFile=/nowhere/ca.pem')).toMatchObject(
      {
        retryable: false,
        message: expect.stringMatching(/^(?=.*\/nowhere\/ca\.pem)(?!.*secret)/) as string,
      },
    );
    expect(await refusal('mongodb://u:secret@127.0.0.1:9/?tls=perhaps')).toMatchObject({
      code: 'MONGODB-10001',
    });
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
      members.push(await MongodProcess.start((await testMongod()).path, { replicaSet: 'trio' }));
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

  it('copies nothing that is not on a majority', async () => {
    const source = await open(`${at(0).uri}?directConnection=true`);
    const writer = await at(0).connect();
    const insert = (w: number, _id: string): Promise<unknown> =>
      writer.command('db', { insert: 'copied', documents: [{ _id }], writeConcern: { w } });
    await insert(2, 'committed');
    await source.beginSync();
    const collection = (await source.collections()).find(({ name }) => name === 'copied');
    at(1).signal('SIGSTOP');
    try {
      await insert(1, 'may roll back');
      const read: Buffer[] = [];
      for await (const batch of source.documents(collection ?? fail('not listed'))) {
        read.push(...batch);
      }
      expect(Buffer.concat(read).toString('latin1')).toContain('committed');
      expect(Buffer.concat(read).toString('latin1')).not.toContain('may roll back');
    } finally {
      at(1).signal('SIGCONT');
      await writer.close();
    }
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

function fail(why: string): never {
  throw new Error(why);
}
