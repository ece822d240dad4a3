import { join } from 'node:path';
import { variableOf } from '@headwater/mongod';
import {
  eventually,
  freePort,
  KafkaBroker,
  runService,
  startReplicaSet,
  startS3Server,
  temporaryDirectory,
  testMongod,
  whyNoKafka,
  whyNoS3Server,
  type ReplicaSet,
  type RunningService,
  type StartedS3Server,
  type TemporaryDirectory,
} from '@headwater/testing';
import { documentedVariables, variablesReadBy } from './harness/documented-variables.js';
import { RestoreApi } from './harness/restore-api.js';
import { serviceNames } from './harness/service.js';
import { withLogs } from './harness/witness.js';
import { workspace } from './harness/workspace.js';

describe('the table of variables in a README', () => {
  it.each(serviceNames)('of %s has each that the service reads, once, and no other', (name) => {
    expect(documentedVariables(name).sort()).toEqual(variablesReadBy(name).sort());
  });
});

const missing = whyNoKafka() ?? whyNoS3Server('minio');
const declare = missing === null ? describe : describe.skip;
const subject = 'services started by hand, each with what the table of its README has';

declare(missing === null ? subject : `${subject} (SKIPPED: ${missing})`, () => {
  let home: TemporaryDirectory;
  let broker: KafkaBroker;
  let store: StartedS3Server;
  let set: ReplicaSet;
  const running: RunningService[] = [];

  beforeAll(async () => {
    home = await temporaryDirectory('hw-by-hand-');
    broker = await KafkaBroker.start({ directory: join(home.path, 'kafka') });
    store = await startS3Server('minio', { directory: join(home.path, 'minio') });
    set = await startReplicaSet({ binary: await testMongod(), cacheMiB: 256 });
  });
  afterAll(async () => {
    await Promise.allSettled(running.map((service) => service.stop()));
    await Promise.allSettled([set.stop(), store.end(), broker.stop()]);
    await home.remove();
  });

  /** What an operator knows of these servers and of this host, by variable. All else stays as it is by default. */
  async function known(): Promise<Record<string, string>> {
    const binary = await testMongod();
    const { endpoint, settings } = store.server;
    return {
      HEADWATER_BUS: 'kafka',
      HEADWATER_KAFKA_BROKERS: broker.address,
      HEADWATER_KAFKA_REPLICAS: '1',
      HEADWATER_STORE: 's3',
      HEADWATER_S3_ENDPOINT: endpoint,
      HEADWATER_S3_BUCKET: 'by-hand',
      HEADWATER_S3_MAKE_BUCKET: 'true',
      HEADWATER_S3_ACCESS_KEY: settings.accessKey,
      HEADWATER_S3_SECRET_KEY: settings.secretKey,
      HEADWATER_MONGODB_URI: set.uri,
      HEADWATER_HEAD_DIRECTORY: join(home.path, 'heads'),
      HEADWATER_RESTORE_STATE_DIRECTORY: join(home.path, 'restores'),
      [variableOf(binary.series)]: binary.path,
    };
  }

  it('become ready one after another, on Kafka and MinIO, and make a snapshot that can be restored', async () => {
    const values = await known();
    try {
      // Ingest first: it makes the repository.
      for (const name of serviceNames) {
        const documented = documentedVariables(name);
        const port = `HEADWATER_${name.toUpperCase().replaceAll('-', '_')}_PORT`;
        expect(documented).toContain(port);
        const entries = Object.entries(values).filter(([variable]) => documented.includes(variable));
        running.push(
          await runService({
            entry: join(workspace, 'dist', 'services', name, 'main.js'),
            env: { ...Object.fromEntries(entries), [port]: String(await freePort()) },
          }),
        );
      }
      const restore = new RestoreApi(() => running.find(({ name }) => name === 'restore')?.url ?? '');
      const [snapshot] = await eventually(
        async () => {
          const found = await restore.snapshots();
          return found.length > 0 && found;
        },
        { deadlineMs: 120_000, describe: 'a snapshot' },
      );
      const { job } = await restore.request({
        deploymentId: 'rs0',
        target: { kind: 'snapshot', snapshotId: snapshot?.id ?? '' },
        delivery: { kind: 'directory', path: join(home.path, 'restored') },
      });
      expect((await restore.finished(job.id)).state).toBe('Delivered');
    } catch (error) {
      const tails = running.map(({ name, logs }) => `${name} ${JSON.stringify(logs.slice(-5))}`);
      throw withLogs(error, tails.join('\n'));
    }
  });

  it('end in order at SIGTERM', async () => {
    for (const service of running) expect(await service.stop()).toMatchObject({ code: 0, signal: null });
  });
});
