import { S3Store } from './index.js';
import { LaxServer } from './spec-support/lax-server.js';

describe('looking at an object', () => {
  it.each([false, true])(
    'tells its size, whether created after the first look or before: %s',
    async (isLateOnce) => {
      const server = await LaxServer.start({ isLateOnce });
      const store = await openAt(server);
      try {
        server.put('object');
        const info = { key: 'object', size: 6, createdAt: new Date('2026-11-24T00:00:00Z') };
        expect(await store.stat('object')).toEqual(info);
        expect(await store.stat('other')).toBeNull();
      } finally {
        await store.close();
        await server.close();
      }
    },
  );
});

const openAt = (server: LaxServer): Promise<S3Store> =>
  S3Store.open(
    {
      ...{ endpoint: server.endpoint, bucket: 'bucket', region: 'us-east-1', prefix: '' },
      ...{ accessKey: 'key', secretKey: 'secret', authority: null, pathStyle: true },
    },
    { access: 'read', makeBucket: false },
  );
