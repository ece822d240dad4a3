import { randomUUID } from 'node:crypto';
import { describeObjectStore } from '@headwater/object-store/conformance';
import { startS3Server, whyNoS3Server, type StartedS3Server } from '@headwater/testing';
import { S3Store } from './index.js';
import { settingsOf, writing } from './spec-support/buckets.js';

for (const kind of ['minio', 'versitygw'] as const) {
  const missing = whyNoS3Server(kind);
  (missing === null ? describe : describe.skip)(missing ?? kind, () => {
    let started: StartedS3Server;

    beforeAll(async () => {
      started = await startS3Server(kind);
    });
    afterAll(() => started.end());

    describeObjectStore(`a bucket of ${kind}`, async () => {
      const settings = settingsOf(started.server, { bucket: `bucket-${randomUUID()}` });
      return {
        store: await S3Store.open(settings, writing),
        reopen: () => S3Store.open(settings, writing),
        dispose: () => Promise.resolve(),
      };
    });
  });
}
