import dns from 'node:dns';
import { createHash, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { systemClock } from '@headwater/clock';
import { openStore } from '@headwater/object-store/opening';
import { startS3Server, temporaryDirectory, whyNoS3Server } from '@headwater/testing';
import type { S3ServerOptions, StartedS3Server, TemporaryDirectory } from '@headwater/testing';
import { Connection } from './connection.js';
import { S3Store } from './index.js';
import { settingsOf, writing } from './spec-support/buckets.js';
import { makeCertificates } from './spec-support/certificates.js';
import { elementsOf, neededText, rootElement } from './xml.js';

const reading = { access: 'read', makeBucket: false } as const;

for (const kind of ['minio', 'versitygw'] as const) {
  const missing = whyNoS3Server(kind);
  (missing === null ? describe : describe.skip)(missing ?? `a bucket of ${kind}`, () => {
    let started: StartedS3Server;
    let store: S3Store;
    let bucket: string;

    beforeAll(async () => {
      started = await startS3Server(kind);
    });
    afterAll(() => started.end());
    beforeEach(async () => {
      bucket = `bucket-${randomUUID()}`;
      store = await S3Store.open(settingsOf(started.server, { bucket }), writing);
    });
    afterEach(() => store.close());

    const namesOf = async (from: S3Store) => {
      const names: string[] = [];
      for await (const { key } of from.list('')) names.push(key);
      return names;
    };

    it('is found to keep create-only, in one request and in parts', () => {
      expect(store.traits).toMatchObject({ kind: 's3', createOnly: 'tried', multipart: true });
      expect(store.traits.versioning).toBe(kind === 'minio' ? 'off' : store.traits.versioning);
    });

    it('that is not there is said to be missing, by every operation, and made only when told to', async () => {
      const other = settingsOf(started.server, { bucket: `other-${randomUUID()}` });
      const isMissing = { code: 'STORE-10007', retryable: false };
      await expect(S3Store.open(other, reading)).rejects.toMatchObject(isMissing);
      const connection = new Connection(settingsOf(started.server, { bucket }));
      await connection.send({ method: 'DELETE', signal: new AbortController().signal });
      connection.close();
      for (const call of [
        () => store.stat('a'),
        () => store.read('a'),
        () => store.create('a', Buffer.from('x')),
      ]) {
        await expect(call()).rejects.toMatchObject(isMissing);
      }
      await expect(namesOf(store)).rejects.toMatchObject(isMissing);
    });

    it('is refused to who has the wrong key', async () => {
      const refused = { code: 'STORE-10006', retryable: false };
      for (const changed of [{ accessKey: 'somebody' }, { secretKey: 'something' }]) {
        const settings = settingsOf(started.server, { bucket, ...changed });
        await expect(S3Store.open(settings, reading)).rejects.toMatchObject(refused);
      }
    });

    it('holds repositories side by side below their prefixes', async () => {
      const below = (prefix: string) => S3Store.open(settingsOf(started.server, { bucket, prefix }), writing);
      const [a, b] = [await below('one/a'), await below('one/ab')];
      await a.create('k/1', Buffer.from('a'));
      expect(await b.create('k/1', Buffer.from('b'))).toBe('created');
      expect(await namesOf(a)).toEqual(['k/1']);
      expect((await a.read('k/1')).toString()).toBe('a');
      await a.remove('k/1');
      expect(await namesOf(store)).toEqual(['one/ab/k/1']);
      expect(await namesOf(b)).toEqual(['k/1']);
      await a.close();
      await b.close();
    });

    it('passes over what has no name of a key', async () => {
      const connection = new Connection(settingsOf(started.server, { bucket }));
      const { signal } = new AbortController();
      for (const name of ['a b', 'ä/ö', 'c&d<e>', 'folder/', '#1']) {
        const answer = await connection.send({ method: 'PUT', name, signal });
        expect(answer.status).toBe(200);
      }
      connection.close();
      await store.create('b', Buffer.from('x'));
      expect(await namesOf(store)).toEqual(['b']);
    });

    it('tries nothing for who only reads', async () => {
      const reader = await S3Store.open(settingsOf(started.server, { bucket }), reading);
      expect(reader.traits).toMatchObject({ createOnly: 'not-tried' });
      await reader.close();
    });

    it('loses the uploads that dead writers left behind when a writer opens it, below its prefix only', async () => {
      const settings = settingsOf(started.server, { bucket });
      const connection = new Connection(settings);
      const { signal } = new AbortController();
      const uploads = async () => {
        const { body } = await connection.send({ method: 'GET', query: { uploads: '' }, signal });
        const listed = elementsOf(rootElement(body, 'ListMultipartUploadsResult') ?? {}, 'Upload');
        return listed.map((upload) => neededText(upload, 'Key')).sort();
      };
      for (const name of ['ours/a', 'theirs/b']) {
        await connection.send({ method: 'POST', name, query: { uploads: '' }, signal });
      }
      const open = (abandonedMillis: number) =>
        S3Store.open({ ...settings, prefix: 'ours', deadlines: { abandonedMillis } }, writing);
      await (await open(3_600_000)).close();
      expect(await uploads()).toEqual(['ours/a', 'theirs/b']);
      await (await open(-60_000)).close();
      expect(await uploads()).toEqual(['theirs/b']);
      connection.close();
    });

    it('is opened by the config of a service', async () => {
      const { endpoint, settings } = started.server;
      const opened = await openStore(
        {
          ...{ store: 's3', s3Endpoint: endpoint, s3Bucket: bucket, s3Prefix: 'x' },
          ...{ s3AccessKey: settings.accessKey, s3SecretKey: settings.secretKey },
        },
        { clock: systemClock, storeFaults: null, onStoreRetry: () => undefined },
      );
      await opened.create('a', Buffer.from('1'));
      expect(await namesOf(store)).toEqual(['x/a']);
      expect(opened.traits).toEqual(store.traits);
      await opened.close();
    });
  });
}

const missingMinio = whyNoS3Server('minio');
(missingMinio === null ? describe : describe.skip)(missingMinio ?? 'a server of MinIO', () => {
  let home: TemporaryDirectory;

  beforeAll(async () => {
    home = await temporaryDirectory();
  });
  afterAll(() => home.remove());

  async function withServer(
    options: S3ServerOptions,
    work: (started: StartedS3Server) => Promise<void>,
  ): Promise<void> {
    const started = await startS3Server('minio', options);
    try {
      await work(started);
    } finally {
      await started.end();
    }
  }

  it('over TLS is believed by its authority only', async () => {
    const certificates = join(home.path, 'certificates');
    const authority = await makeCertificates(certificates);
    await withServer({ certificates }, async ({ server }) => {
      const store = await S3Store.open(settingsOf(server, { authority }), writing);
      const body = Buffer.alloc(20 * 1024 * 1024, 3);
      expect(await store.create('a/large', body)).toBe('created');
      expect(await store.create('a/large', Buffer.alloc(20 * 1024 * 1024))).toBe('exists');
      expect((await store.read('a/large')).equals(body)).toBe(true);
      await store.close();
      const refused = { code: 'STORE-10009', retryable: false };
      await expect(S3Store.open(settingsOf(server), reading)).rejects.toMatchObject(refused);
      const plain = settingsOf(server, { endpoint: server.endpoint.replace('https', 'http') });
      await expect(S3Store.open(plain, reading)).rejects.toMatchObject(refused);
    });
  });

  it('may keep every version, and refuse to remove them', async () => {
    await withServer({}, async ({ server }) => {
      const connection = new Connection(settingsOf(server));
      const { signal } = new AbortController();
      const put = (query: Record<string, string>, headers: Record<string, string>, body = '') =>
        connection.send({ method: 'PUT', query, headers, body: Buffer.from(body), signal });
      await put({}, { 'x-amz-bucket-object-lock-enabled': 'true' });
      const retention = '<DefaultRetention><Mode>COMPLIANCE</Mode><Days>1</Days></DefaultRetention>';
      const lock = `<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule>${retention}</Rule></ObjectLockConfiguration>`;
      const md5 = createHash('md5').update(lock).digest('base64');
      expect((await put({ 'object-lock': '' }, { 'content-md5': md5 }, lock)).status).toBe(200);
      connection.close();
      const store = await S3Store.open(settingsOf(server), writing);
      expect(store.traits).toMatchObject({
        createOnly: 'tried',
        multipart: true,
        versioning: 'on',
        objectLock: 'on',
      });
      for (const length of [10, 9 * 1024 * 1024]) {
        const body = Buffer.alloc(length, 1);
        expect(await store.create('k', body)).toBe('created');
        expect(await store.create('k', Buffer.alloc(length))).toBe('exists');
        expect((await store.read('k')).equals(body)).toBe(true);
        await store.remove('k');
        expect(await store.stat('k')).toBeNull();
      }
      for await (const { key } of store.list('')) throw new Error(`there is still ${key}`);
      await store.close();
    });
  });

  it('is reached with the bucket in the host name', async () => {
    const asked: string[] = [];
    const lookup = dns.lookup.bind(dns) as (...args: unknown[]) => void;
    const spy = jest.spyOn(dns, 'lookup').mockImplementation((name: string, ...rest: unknown[]) => {
      asked.push(name);
      lookup(name.endsWith('.store.test') ? '127.0.0.1' : name, ...rest);
    });
    try {
      await withServer({ domain: 'store.test' }, async ({ server }) => {
        const endpoint = `http://store.test:${server.settings.port}`;
        const settings = settingsOf(server, { endpoint, pathStyle: false });
        const store = await S3Store.open(settings, writing);
        await store.create('a/b%c', Buffer.from('x'));
        expect((await store.read('a/b%c')).toString()).toBe('x');
        expect(new Set(asked)).toContain('headwater.store.test');
        expect(asked).not.toContain('store.test');
        await store.close();
      });
    } finally {
      spy.mockRestore();
    }
  });
});
