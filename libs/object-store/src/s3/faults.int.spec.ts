import { randomBytes } from 'node:crypto';
import { systemClock } from '@headwater/clock';
import { RetryingStore } from '@headwater/object-store/retrying';
import { eventually, slowDown, startS3Server, TcpProxy, whyNoS3Server } from '@headwater/testing';
import type { StartedS3Server } from '@headwater/testing';
import { Connection } from './connection.js';
import { S3Store } from './index.js';
import type { S3Deadlines, S3Settings } from './index.js';
import { settingsOf, writing } from './spec-support/buckets.js';
import { elementsOf, rootElement } from './xml.js';

const mebibyte = 1024 * 1024;
const unavailable = { code: 'STORE-10003', retryable: true };
const missing = whyNoS3Server('minio');

(missing === null ? describe : describe.skip)(missing ?? 'a bucket of MinIO behind a bad connection', () => {
  let started: StartedS3Server;
  let proxy: TcpProxy;
  let direct: S3Store;
  let behind: S3Store;

  beforeAll(async () => {
    started = await startS3Server('minio');
    direct = await S3Store.open(settingsOf(started.server), writing);
  });
  afterAll(async () => {
    await direct.close();
    await started.end();
  });
  beforeEach(async () => {
    proxy = await TcpProxy.start(started.server.settings.port);
    behind = await openBehind();
  });
  afterEach(async () => {
    await behind.close();
    await proxy.close();
  });

  const settings = (deadlines: Partial<S3Deadlines> = {}): S3Settings =>
    settingsOf(started.server, { endpoint: `http://127.0.0.1:${proxy.port}`, deadlines });
  const openBehind = (deadlines?: Partial<S3Deadlines>) => S3Store.open(settings(deadlines), writing);
  const patient = (store: S3Store) =>
    new RetryingStore(store, { clock: systemClock, deadlineMillis: 60_000 });

  /** MinIO lists the uploads of one whole name only. */
  async function uploadsOf(name: string): Promise<number> {
    const connection = new Connection(settingsOf(started.server));
    const { signal } = new AbortController();
    const answer = await connection.send({ method: 'GET', query: { uploads: '', prefix: name }, signal });
    connection.close();
    return elementsOf(rootElement(answer.body, 'ListMultipartUploadsResult') ?? {}, 'Upload').length;
  }

  it('never gives less than was asked for when a body is cut in the middle', async () => {
    const body = randomBytes(4 * mebibyte);
    await direct.create('cut/read', body);
    proxy.set({ kind: 'cut', direction: 'down', afterBytes: mebibyte });
    await expect(behind.read('cut/read')).rejects.toMatchObject(unavailable);
    await expect(behind.readRange('cut/read', 5, 3 * mebibyte)).rejects.toMatchObject(unavailable);
    expect(proxy.cutConnections).toBe(2);
    proxy.set({ kind: 'clear' });
    expect((await behind.read('cut/read')).equals(body)).toBe(true);
  });

  it('never ends a listing that was cut in the middle', async () => {
    const store = await S3Store.open({ ...settings(), prefix: 'cut-list' }, writing);
    await Promise.all(Array.from({ length: 40 }, (_, n) => store.create(`k/${n}`, Buffer.alloc(0))));
    proxy.set({ kind: 'cut', direction: 'down', afterBytes: 1000 });
    await expect(store.list('')[Symbol.asyncIterator]().next()).rejects.toMatchObject(unavailable);
    await store.close();
  });

  it('leaves nothing of an object whose part was cut in the middle, and no upload', async () => {
    const body = randomBytes(20 * mebibyte);
    proxy.set({ kind: 'cut', direction: 'up', afterBytes: 3 * mebibyte, times: 1 });
    await expect(behind.create('cut/part', body)).rejects.toMatchObject(unavailable);
    expect(proxy.cutConnections).toBe(1);
    expect(await direct.stat('cut/part')).toBeNull();
    expect(await uploadsOf('cut/part')).toBe(0);
    expect(await behind.create('cut/part', body)).toBe('created');
    expect((await direct.read('cut/part')).equals(body)).toBe(true);
  });

  it('is told as created by the next try when only the answer was lost', async () => {
    proxy.set({ kind: 'cut', direction: 'down', afterBytes: 0, times: 1 });
    expect(await patient(behind).create('lost/answer', Buffer.from('ours'))).toBe('created');
    expect(proxy.cutConnections).toBe(1);
    proxy.set({ kind: 'cut', direction: 'down', afterBytes: 0, times: 1 });
    expect(await patient(behind).create('lost/answer', Buffer.from('others'))).toBe('exists');
    expect((await direct.read('lost/answer')).toString()).toBe('ours');
  });

  it('goes on by itself through connections that are cut in both directions', async () => {
    const body = randomBytes(24 * mebibyte);
    for (const direction of ['up', 'down'] as const) {
      proxy.set({ kind: 'cut', direction, afterBytes: direction === 'up' ? 5 * mebibyte : 200, times: 4 });
      expect(await patient(behind).create(`patient/${direction}`, body)).toBe('created');
      expect((await patient(behind).read(`patient/${direction}`)).equals(body)).toBe(true);
      expect(proxy.cutConnections).toBe(4);
    }
  });

  it('takes a refusal for the moment as one, and its message with it', async () => {
    await direct.create('busy/there', Buffer.from('x'));
    proxy.set({ kind: 'refusing', answer: slowDown });
    const calls = [
      () => behind.create('busy/new', Buffer.from('x')),
      () => behind.create('busy/large', Buffer.alloc(9 * mebibyte)),
      () => behind.read('busy/there'),
      () => behind.stat('busy/there'),
      () => behind.remove('busy/there'),
      () => behind.list('')[Symbol.asyncIterator]().next(),
    ];
    for (const call of calls) await expect(call()).rejects.toMatchObject(unavailable);
    await expect(behind.read('busy/there')).rejects.toThrow('SlowDown: Please reduce your request rate');
    proxy.set({ kind: 'clear' });
    expect(await direct.stat('busy/large')).toBeNull();
    expect((await behind.read('busy/there')).toString()).toBe('x');
  });

  it('does not hang with a server that says nothing any more', async () => {
    const store = await openBehind({ idleMillis: 300, clearingMillis: 300 });
    await direct.create('still/there', Buffer.alloc(mebibyte));
    proxy.set({ kind: 'still' });
    await expect(store.read('still/there')).rejects.toThrow('nothing moved for 300 ms');
    await expect(store.create('still/new', Buffer.alloc(9 * mebibyte))).rejects.toMatchObject(unavailable);
    await expect(store.list('')[Symbol.asyncIterator]().next()).rejects.toMatchObject(unavailable);
    await store.close();
  });

  it('does not hang with a server that gives a few bytes for ever', async () => {
    const store = await openBehind({ operationMillis: 2000 });
    await direct.create('slow/there', Buffer.alloc(8 * mebibyte));
    proxy.set({ kind: 'slow', bytesPerSecond: 20_000 });
    await expect(store.read('slow/there')).rejects.toThrow('there was no answer within 2000 ms');
    await store.close();
  });

  it('ends what is under way when it is closed', async () => {
    proxy.set({ kind: 'still' });
    const reading = behind.read('closed/key');
    await behind.close();
    await expect(reading).rejects.toThrow('the store was closed');
    await expect(behind.stat('closed/key')).rejects.toThrow('the store was closed');
  });

  it('loses nothing, and has nothing by halves, when the server is killed and started again', async () => {
    const store = patient(direct);
    const bodies = new Map<string, Buffer>();
    let isOver = false;
    const writer = async (name: string) => {
      for (let n = 0; !isOver; n += 1) {
        const body = randomBytes(n % 5 === 0 ? 9 * mebibyte : 50_000);
        const key = `killed/${name}/${n}`;
        expect(await store.create(key, body)).toBe('created');
        bodies.set(key, body);
      }
    };
    const writers = ['a', 'b', 'c'].map(writer);
    for (let round = 1; round <= 3; round += 1) {
      const before = bodies.size;
      await eventually(() => bodies.size > before + 8, { describe: 'more objects' });
      await started.server.kill9();
      await started.server.start();
    }
    isOver = true;
    await Promise.all(writers);
    for (const [key, body] of bodies) expect((await direct.read(key)).equals(body)).toBe(true);
    const listed: string[] = [];
    for await (const { key } of direct.list('killed/')) listed.push(key);
    expect(listed).toEqual([...bodies.keys()].sort());
  });
});
