import { S3Store } from './index.js';
import type { S3Settings } from './index.js';
import { LaxServer } from './spec-support/lax-server.js';
import type { Laxness } from './spec-support/lax-server.js';

const settings = (server: LaxServer): S3Settings => ({
  ...{
    endpoint: server.endpoint,
    bucket: 'bucket',
    region: 'us-east-1',
    accessKey: 'key',
    secretKey: 'secret',
  },
  ...{ prefix: '', authority: null, pathStyle: true },
});

async function withServer<T>(laxness: Laxness, work: (server: LaxServer) => Promise<T>): Promise<T> {
  const server = await LaxServer.start(laxness);
  try {
    return await work(server);
  } finally {
    await server.close();
  }
}

const open = (server: LaxServer) => S3Store.open(settings(server), { access: 'write', makeBucket: false });

const refused = (status: number, code: string) => ({
  always: { status, body: `<Error><Code>${code}</Code><Message>because</Message></Error>` },
});

describe('opening a bucket', () => {
  it('tries create-only and leaves nothing of it', async () => {
    await withServer({}, async (server) => {
      const store = await open(server);
      expect(store.traits).toEqual({
        ...{ kind: 's3', createOnly: 'tried', multipart: true, versioning: 'unknown', objectLock: 'unknown' },
      });
      for await (const { key } of store.list('')) throw new Error(`left ${key}`);
      await store.close();
    });
  });

  it('is refused where the second writer of a key is told that it created it', async () => {
    await withServer({ ignoresConditions: true }, async (server) => {
      await expect(open(server)).rejects.toMatchObject({ code: 'STORE-10010', retryable: false });
    });
  });

  it('sends nothing in parts where the end of such an upload knows no condition', async () => {
    await withServer({ ignoresConditionsOfParts: true }, async (server) => {
      const store = await open(server);
      expect(store.traits.multipart).toBe(false);
      const body = Buffer.alloc(9 * 1024 * 1024, 1);
      expect(await store.create('large', body)).toBe('created');
      expect((await store.read('large')).equals(body)).toBe(true);
      expect(await store.create('large', Buffer.alloc(9 * 1024 * 1024, 2))).toBe('exists');
      await store.close();
    });
  });

  it('does not believe a listing that is out of order', async () => {
    await withServer({ listsBackwards: true }, async (server) => {
      const store = await open(server);
      server.put('a');
      server.put('b');
      const listing = store.list('')[Symbol.asyncIterator]();
      await listing.next();
      await expect(listing.next()).rejects.toMatchObject({ code: 'STORE-10010' });
      await store.close();
    });
  });

  it.each([
    [403, 'AccessDenied', 'STORE-10006', false],
    [403, 'SignatureDoesNotMatch', 'STORE-10006', false],
    [403, 'InvalidAccessKeyId', 'STORE-10006', false],
    [404, 'NoSuchBucket', 'STORE-10007', false],
    [403, 'RequestTimeTooSkewed', 'STORE-10008', false],
    [400, 'AuthorizationHeaderMalformed', 'STORE-10009', false],
    [301, 'PermanentRedirect', 'STORE-10009', false],
    [501, 'NotImplemented', 'STORE-10009', false],
    [503, 'SlowDown', 'STORE-10003', true],
    [500, 'InternalError', 'STORE-10003', true],
    [507, 'XMinioStorageFull', 'STORE-10003', true],
    [429, 'TooManyRequests', 'STORE-10003', true],
    [409, 'OperationAborted', 'STORE-10003', true],
    [400, 'RequestTimeout', 'STORE-10003', true],
  ])('that answers %i %s is %s', async (status, name, code, retryable) => {
    await withServer(refused(status, name), async (server) => {
      await expect(open(server)).rejects.toMatchObject({ code, retryable });
      await expect(open(server)).rejects.toThrow(`${name}: because`);
    });
  });

  it.each([
    [200, '<html>a page</html>'],
    [200, ''],
    [404, 'no such page'],
    [302, ''],
  ])('is refused where something else answers: %i %j', async (status, body) => {
    await withServer({ always: { status, body } }, async (server) => {
      await expect(open(server)).rejects.toMatchObject({ code: 'STORE-10009', retryable: false });
    });
  });

  it('may be tried again where nobody listens', async () => {
    const server = await LaxServer.start({});
    const gone = settings(server);
    await server.close();
    await expect(S3Store.open(gone, { access: 'read', makeBucket: false })).rejects.toMatchObject({
      code: 'STORE-10003',
      retryable: true,
    });
  });
});
