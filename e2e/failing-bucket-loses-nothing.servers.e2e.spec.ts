import {
  eventually,
  markOplog,
  slowDown,
  startS3Server,
  TcpProxy,
  whyNoS3Server,
  type StartedS3Server,
} from '@headwater/testing';
import { compareRestored } from './harness/comparison.js';
import { ProtectedSet } from './harness/protected-set.js';

const missing = whyNoS3Server('minio');
/** Of each service: more than one operation, and more than it tries again for before it waits in another way. */
const failures = 6;

(missing === null ? describe : describe.skip)(missing ?? 'an archive in a bucket of MinIO', () => {
  let minio: StartedS3Server;
  let proxy: TcpProxy;
  let scene: ProtectedSet;

  beforeAll(async () => {
    minio = await startS3Server('minio');
    proxy = await TcpProxy.start(minio.server.settings.port);
    const { accessKey, secretKey } = minio.server.settings;
    scene = await ProtectedSet.start({
      fillerMiB: 40,
      snapshotIntervalSeconds: 5,
      blockSnapshotIntervalSeconds: 5,
      environment: {
        HEADWATER_STORE: 's3',
        HEADWATER_S3_ENDPOINT: `http://127.0.0.1:${proxy.port}`,
        HEADWATER_S3_BUCKET: 'archive',
        HEADWATER_S3_PREFIX: 'e2e/one',
        HEADWATER_S3_MAKE_BUCKET: 'true',
        HEADWATER_S3_ACCESS_KEY: accessKey,
        HEADWATER_S3_SECRET_KEY: secretKey,
        HEADWATER_SLICE_MAX_AGE_SECONDS: '1',
      },
    });
    await scene.headwater.witness(() => scene.headwater.snapshotsSealed(1));
  });
  afterAll(async () => {
    await scene.stop();
    await proxy.close();
    await minio.end();
  });

  /** Until what is written now is archived, and in a snapshot that is restored and compared. */
  const restoresEqual = (name: string) =>
    scene.headwater.witness(async () => {
      const { t, i } = await markOplog(scene.source);
      await scene.headwater.bus.archived({ t, i });
      const target = { kind: 'timestamp', t, i } as const;
      const { job, differences } = await compareRestored(scene, target, { name, copyWindow: true });
      expect(job.restoredTo).toEqual({ t, i });
      expect(differences).toEqual([]);
    });

  /** Until ingest and the snapshot-builder have both met so many failures of the store that began now. */
  async function troubled(count: number): Promise<void> {
    const { ingest, snapshotBuilder } = scene.headwater;
    const failuresOf = ({ logs }: typeof ingest) =>
      logs.filter(({ logId }) => logId === 'store.retried').length;
    const wanted = [ingest, snapshotBuilder].map(
      (service) => [service, failuresOf(service) + count] as const,
    );
    await scene.headwater.witness(() =>
      eventually(() => wanted.every(([service, least]) => failuresOf(service) >= least), {
        deadlineMs: 60_000,
        describe: 'both services to meet a failing store',
      }),
    );
  }

  it('is restored without a difference', () => restoresEqual('calm'));

  it('has lost nothing when the server was away', async () => {
    await minio.server.kill9();
    await troubled(failures);
    await minio.server.start();
    await restoresEqual('away');
  });

  it('has lost nothing when the server refused everything for a while', async () => {
    proxy.set({ kind: 'refusing', answer: slowDown });
    await troubled(failures);
    proxy.set({ kind: 'clear' });
    await restoresEqual('refused');
  });

  it.each([
    ['of what is sent', 'up', 20_000],
    ['of an answer', 'down', 100],
  ] as const)(
    'has lost nothing when connections were cut in the middle %s',
    async (_what, direction, afterBytes) => {
      proxy.set({ kind: 'cut', direction, afterBytes, times: 40 });
      await scene.fill(8);
      await troubled(2);
      proxy.set({ kind: 'clear' });
      await restoresEqual(`cut-${direction}`);
    },
  );

  it('has lost nothing, and waits for nothing but the bytes, when the server was slow', async () => {
    proxy.set({ kind: 'slow', bytesPerSecond: 200_000 });
    await scene.fill(2);
    const written = await markOplog(scene.source);
    await scene.headwater.witness(() => scene.headwater.bus.archived(written));
    proxy.set({ kind: 'clear' });
    await restoresEqual('slow');
  });
});
