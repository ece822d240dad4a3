import { testMongod } from '@headwater/testing';
import { systemClock } from '@headwater/clock';
import { serialize } from 'bson';
import { DirectConnection } from './direct-connection.js';
import { ReplicaSetSource } from '../replica-set-source.js';
import { startOneMemberSet, type MongodProcess } from '../spec-support/mongod-process.js';

/** What must not last longer than this although the member does not answer, in milliseconds. */
const soon = 5_000;

describe('a source whose member does not answer', () => {
  let mongod: MongodProcess;

  beforeAll(async () => {
    mongod = await startOneMemberSet((await testMongod()).path);
    const writer = await mongod.connect();
    const documents = Array.from({ length: 100 }, (_, n) =>
      Buffer.from(serialize({ _id: n, pad: 'x'.repeat(100_000) })),
    );
    await writer.insertRaw('db', 'large', documents);
    await writer.close();
  });
  afterEach(() => {
    mongod.signal('SIGCONT');
  });
  afterAll(() => mongod.stop());

  function open(signal: AbortSignal): Promise<ReplicaSetSource> {
    return ReplicaSetSource.open(mongod.uri, { appName: 'spec', clock: systemClock, signal });
  }

  /** Its threads halt a moment after the signal. */
  async function freeze(): Promise<void> {
    mongod.signal('SIGSTOP');
    await systemClock.sleep(100);
  }

  /** Freezes the member in the middle of the work, and tells how the abort ends it. */
  async function interrupted(work: (source: ReplicaSetSource) => Promise<unknown>) {
    const stop = new AbortController();
    const source = await open(stop.signal);
    try {
      const working = (async () => {
        await source.beginSync();
        await work(source);
      })().catch((error: unknown) => error);
      await systemClock.sleep(1_000);
      const begun = systemClock.ticksMillis();
      stop.abort(new Error('the copy is stopped'));
      const failure = await working;
      return { failure, millis: systemClock.ticksMillis() - begun };
    } finally {
      const begun = systemClock.ticksMillis();
      await source.close();
      expect(systemClock.ticksMillis() - begun).toBeLessThan(soon);
    }
  }

  it.each<[string, (source: ReplicaSetSource) => Promise<unknown>]>([
    [
      'documents',
      async (source) => {
        const large = (await source.collections()).find(({ name }) => name === 'large');
        if (large !== undefined) {
          for await (const batch of source.documents(large)) {
            await freeze();
            expect(batch.length).toBeLessThan(100);
          }
        }
      },
    ],
    [
      'the catalogue',
      async (source) => {
        const { stop } = await source.endSync();
        await freeze();
        for await (const batch of source.catalogueAt(stop.ts)) {
          expect(batch).toBeDefined();
        }
      },
    ],
    [
      'the end of a sync',
      async (source) => {
        const begin = await source.beginSync();
        const { stop } = await source.endSync();
        await freeze();
        await source.confirmSync(begin, stop);
      },
    ],
    [
      'the beginning of one',
      async (source) => {
        await freeze();
        await source.beginSync();
      },
    ],
  ])('lets go of %s as soon as its signal is aborted, and can be closed', async (_what, work) => {
    const { failure, millis } = await interrupted(work);
    expect(failure).toMatchObject({ message: 'the copy is stopped' });
    expect(millis).toBeLessThan(soon);
  });

  it('is not waited for when its opening is aborted', async () => {
    await freeze();
    const stop = new AbortController();
    const opening = open(stop.signal).catch((error: unknown) => error);
    await systemClock.sleep(300);
    const begun = systemClock.ticksMillis();
    stop.abort(new Error('stopped'));
    expect(await opening).toMatchObject({ message: 'stopped' });
    // The greeting alone would last three seconds.
    expect(systemClock.ticksMillis() - begun).toBeLessThan(2_000);
  });

  it('is not waited for when its connection is closed in the middle of a command', async () => {
    const connection = await DirectConnection.open(mongod.uri);
    await connection.command('admin', { ping: 1 });
    await freeze();
    const asking = connection.command('admin', { ping: 1 }).catch((error: unknown) => error);
    await systemClock.sleep(300);
    const begun = systemClock.ticksMillis();
    await connection.close();
    expect(systemClock.ticksMillis() - begun).toBeLessThan(soon);
    mongod.signal('SIGCONT');
    expect(await asking).toMatchObject({ name: 'HeadwaterError' });
  });

  it('tells why it asks again, and goes on when the member is back', async () => {
    const { signal } = new AbortController();
    const source = await open(signal);
    await source.beginSync();
    const large = (await source.collections()).find(({ name }) => name === 'large');
    const reasons: string[] = [];
    const writer = await mongod.connect();
    let read = 0;
    if (large !== undefined) {
      for await (const batch of source.documents(large, ({ code }) => reasons.push(code))) {
        read += batch.length;
        const kill = { killAllSessionsByPattern: [{ users: [], roles: [] }] };
        await writer.command('admin', reasons.length === 0 ? kill : { ping: 1 }).catch(() => undefined);
      }
    }
    expect(new Set(reasons)).toEqual(new Set(['MONGODB-10009']));
    expect(read).toBe(100);
    await writer.close();
    await source.close();
  });
});
