import { join } from 'node:path';
import { systemClock } from '@headwater/clock';
import { openStore } from '@headwater/object-store/opening';
import { startS3Server, temporaryDirectory, whyNoS3Server } from '@headwater/testing';

const missing = whyNoS3Server('minio');
const name = 'what MinIO keeps';

(missing === null ? describe : describe.skip)(
  missing === null ? name : `${name} (SKIPPED: ${missing})`,
  () => {
    it('is read with new keys, where those that it was begun with are lost', async () => {
      const home = await temporaryDirectory();
      const directory = join(home.path, 'minio');
      const access = { clock: systemClock, storeFaults: null, onStoreRetry: () => undefined } as const;
      for (const storeAccess of ['write', 'read'] as const) {
        const started = await startS3Server('minio', { directory });
        const { endpoint: s3Endpoint, settings } = started.server;
        const { accessKey: s3AccessKey, secretKey: s3SecretKey } = settings;
        const place = {
          store: 's3',
          s3Endpoint,
          s3Bucket: 'kept',
          s3Region: 'us-east-1',
          s3AccessKey,
          s3SecretKey,
        } as const;
        const store = await openStore(
          { ...place, s3PathStyle: true, s3MakeBucket: storeAccess === 'write' },
          { ...access, storeAccess },
        );
        if (storeAccess === 'write') await store.create('headwater.json', Buffer.from('kept'));
        else expect(Buffer.from(await store.read('headwater.json')).toString()).toBe('kept');
        await store.close();
        await started.end();
      }
      await home.remove();
    });
  },
);
