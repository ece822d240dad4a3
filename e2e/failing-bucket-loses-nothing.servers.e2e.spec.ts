import type { MongoClient } from 'mongodb';
import { compareTimestamps } from '@headwater/oplog';
import {
  eventually,
  markOplog,
  slowDown,
  startS3Server,
  TcpProxy,
  type StartedS3Server,
} from '@headwater/testing';
import { BackgroundLoad } from './harness/background-load.js';
import { compareRestored } from './harness/comparison.js';
import { peakMemoryMiB } from './harness/memory.js';
import { ProtectedSet } from './harness/protected-set.js';
import { serversOfRun } from './harness/servers.js';
import { describeOnServers } from './spec-support/describe-on-pair.js';

/** Of each service: more than one operation, and more than it tries again for before it waits in another way. */
const failures = 6;
/** How long the server is away, at least; the long form is 60. */
const outageSeconds = Number(process.env['HEADWATER_E2E_OUTAGE_SECONDS'] ?? 3);
const writesPerSecond = 150;
/** As `HEADWATER_SLICE_BUFFER_MIB`: what ingest holds while nothing can be archived. */
const openSlicesMiB = 96;

describeOnServers('a backup whose bucket fails', () => {
  let minio: StartedS3Server;
  let proxy: TcpProxy;
  let scene: ProtectedSet;
  let load: BackgroundLoad;

  beforeAll(async () => {
    minio = await startS3Server('minio');
    proxy = await TcpProxy.start(minio.server.settings.port);
    const { accessKey, secretKey } = minio.server.settings;
    const kafka = serversOfRun()?.kafka ?? '';
    scene = await ProtectedSet.start({
      servers: { kafka, s3: { endpoint: `http://127.0.0.1:${proxy.port}`, accessKey, secretKey } },
      writesPerSecond,
      fillerMiB: 40,
      snapshotIntervalSeconds: 5,
      blockSnapshotIntervalSeconds: 5,
      environment: { HEADWATER_S3_PREFIX: 'e2e/one' },
      prepare: startLoad,
    });
    await scene.headwater.witness(() => scene.headwater.snapshotsSealed(1));
  });
  afterAll(async () => {
    await load.halt().catch(() => undefined);
    await scene.stop();
    await proxy.close();
    await minio.end();
  });

  async function startLoad(source: MongoClient): Promise<void> {
    const sizes = { documents: 300, largeDocumentMiB: 1 };
    load = new BackgroundLoad(source, { seed: 8, database: 'load', ratePerSecond: 20, sizes });
    await load.start();
  }

  /** Until what is written now is archived, and in a snapshot that is restored and compared, with the load halted. */
  const restoresEqual = (name: string) =>
    scene.headwater.witness(async () => {
      await load.halt();
      const { t, i } = await markOplog(scene.source);
      await scene.headwater.bus.archived({ t, i });
      const target = { kind: 'timestamp', t, i } as const;
      const { job, differences } = await compareRestored(scene, target, { name, copyWindow: true });
      expect(job.restoredTo).toEqual({ t, i });
      expect(differences).toEqual([]);
      load.resume();
    });

  const retriesOf = ({ logs }: (typeof scene.headwater)['ingest']): number =>
    logs.filter(({ logId }) => logId === 'store.retried').length;

  /** Until ingest and the snapshot-builder have both met so many failures of the store that began now. */
  async function troubled(count: number): Promise<void> {
    const { ingest, snapshotBuilder } = scene.headwater;
    const wanted = [ingest, snapshotBuilder].map((service) => [service, retriesOf(service) + count] as const);
    await scene.headwater.witness(() =>
      eventually(() => wanted.every(([service, least]) => retriesOf(service) >= least), {
        deadlineMs: 60_000,
        describe: 'both services to meet a failing store',
      }),
    );
  }

  /** Until the bus has everything up to a moment that lies so many seconds after the call. */
  const published = (seconds: number) =>
    scene.headwater.witness(async () => {
      const { t } = await markOplog(scene.source);
      const later = { t: t + seconds, i: 0 };
      await eventually(
        async () => {
          const to = (await scene.headwater.bus.agent())?.publishedTo?.ts;
          return to !== undefined && compareTimestamps(to, later) > 0;
        },
        { deadlineMs: (seconds + 60) * 1000, describe: 'the agent to go on publishing' },
      );
    });

  it('is restored without a difference', () => restoresEqual('calm'));

  it('has lost nothing when the server was away, and the agent went on publishing meanwhile', async () => {
    await minio.server.kill9();
    await troubled(failures);
    // Twice what ingest keeps open: what it does not take waits on the bus.
    await scene.fill(2 * openSlicesMiB);
    await published(outageSeconds);
    await minio.server.start();
    await restoresEqual('away');
  });

  it('has lost nothing when the server refused everything for a while', async () => {
    proxy.set({ kind: 'refusing', answer: slowDown });
    await troubled(failures);
    await published(outageSeconds);
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

  it('took no more memory than there is for it', async () => {
    const { agent, ingest, restore } = scene.headwater;
    expect(await peakMemoryMiB(agent.pid)).toBeLessThan(200);
    expect(await peakMemoryMiB(ingest.pid)).toBeLessThan(300);
    expect(await peakMemoryMiB(restore.pid)).toBeLessThan(400);
  });

  it('is gone on with by an ingest that was started before its server', async () => {
    const { ingest, snapshotBuilder, restore } = scene.headwater;
    const others = [snapshotBuilder, restore];
    await Promise.all([ingest, ...others].map((service) => service.stop()));
    const before = retriesOf(ingest);
    proxy.set({ kind: 'cut', direction: 'up', afterBytes: 0 });
    const started = ingest.start();
    // Many times longer than a call of a store that is there is tried for.
    const met = eventually(() => proxy.cutConnections > 7, { deadlineMs: 120_000, describe: 'tries' });
    await scene.headwater.witness(() => Promise.race([started, met]));
    proxy.set({ kind: 'clear' });
    await scene.headwater.witness(() => started);
    expect(retriesOf(ingest) - before).toBeGreaterThan(6);
    await Promise.all(others.map((service) => service.start()));
    await restoresEqual('started-before');
  });
});
