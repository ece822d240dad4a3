import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '@headwater/clock';
import type { MongodBinary } from '@headwater/mongod';
import { DirectoryStore } from '@headwater/object-store/directory';
import type { OplogTimestamp, Position } from '@headwater/oplog';
import {
  Capture,
  compareDeployments,
  markOplog,
  sealSnapshot,
  startReplicaSet,
  startRestored,
  temporaryDirectory,
  testMongod,
  Workload,
  type ComparisonOptions,
  type ReplicaSet,
  type TemporaryDirectory,
} from '@headwater/testing';
import { RecoveryEngine, type RecoveryProgress } from './index.js';

type Client = ReturnType<ReplicaSet['connect']>;

/** A live load that can be held at a moment at which the source may be compared. */
class Load {
  private stop = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly workload: Workload,
    private readonly client: Client,
  ) {}

  go(): void {
    this.stop = new AbortController();
    this.running = this.workload.run(this.client, this.stop.signal);
    this.running.catch(() => undefined);
  }

  /** @returns the newest entry's timestamp. */
  async hold(): Promise<OplogTimestamp> {
    this.stop.abort();
    await this.running;
    return markOplog(this.client);
  }
}

describe('RecoveryEngine', () => {
  let binary: MongodBinary;
  let temporary: TemporaryDirectory;
  let set: ReplicaSet;
  let client: Client;
  let engine: RecoveryEngine;
  let capture: Capture;
  let head: string;
  let load: Load;
  let chain: string;
  let position: Position;
  const series = '6.0';

  beforeAll(async () => {
    binary = await testMongod();
    temporary = await temporaryDirectory();
    head = join(temporary.path, 'head');
    set = await startReplicaSet({ binary, oplogMiB: 990, parameters: { ttlMonitorEnabled: false } });
    client = set.connect();
    engine = new RecoveryEngine({ mongods: () => Promise.resolve(binary), clock: systemClock });
    const workload = new Workload({ seed: 11, ratePerSecond: 200, sizes: { largeTransactionMiB: 20 } });
    await workload.prepare(client);
    load = new Load(workload, client);
    load.go();
    capture = await Capture.begin(set.uri, await DirectoryStore.open(join(temporary.path, 'store')));
    ({ chain } = capture);
  });
  afterAll(async () => {
    await load.hold().catch(() => undefined);
    await capture.close();
    await set.stop();
    await temporary.remove();
  });

  const differences = async (directory: string, options: ComparisonOptions): Promise<string[]> => {
    // The files themselves are nobody else's to open.
    const copy = join(temporary.path, 'copy');
    await cp(directory, copy, { recursive: true });
    const restored = await startRestored(copy, binary);
    try {
      return await compareDeployments(client, restored.connect(), options);
    } finally {
      await restored.stop();
      await rm(copy, { recursive: true });
    }
  };

  it('seeds a head from a copy that was made under load, equal to the source', async () => {
    const { syncId, stop } = await capture.sync({
      copied: () => systemClock.sleep(30),
      beforeStop: async () => {
        await load.hold();
      },
    });
    const progress: RecoveryProgress[] = [];
    const seeded = await engine.seed({
      archive: capture.archive,
      syncId,
      directory: head,
      onProgress: (report) => progress.push(report),
    });
    position = stop;
    expect(seeded).toEqual({ chain, position });
    expect(new Set(progress.map(({ phase }) => phase))).toEqual(
      new Set(['seeding', 'appending', 'recovering', 'indexing']),
    );
    expect(await differences(head, { copyWindow: true })).toEqual([]);
  });

  it.each([1, 2, 3])('replays cycle %i of a live load, equal to the source at its last entry', async () => {
    load.go();
    await systemClock.sleep(3000);
    const to = await load.hold();
    await capture.archiveTo(to);
    const { restoredTo } = await engine.replay({
      ...{ archive: capture.archive, chain, directory: head, series, from: position, to },
    });
    expect(restoredTo.ts).toEqual(to);
    position = restoredTo;
    expect(await differences(head, { copyWindow: true })).toEqual([]);
  });

  it('restores a snapshot to a later moment in another directory, which a plain mongod opens', async () => {
    const { archive } = capture;
    const manifest = await sealSnapshot(archive, {
      directory: head,
      chain,
      position,
      serverVersion: binary.version,
    });
    load.go();
    await systemClock.sleep(1000);
    const to = await load.hold();
    await capture.archiveTo(to);
    const directory = join(temporary.path, 'restored');
    const { bytes } = await engine.materialize({ archive, manifest, directory });
    expect(bytes).toBe(manifest.sizeBytes);
    const { restoredTo } = await engine.replay({ archive, chain, directory, series, from: position, to });
    const inspected = await engine.inspect({ directory, series });
    expect(inspected).toMatchObject({ top: restoredTo, begin: restoredTo });
    await engine.prepare({ directory, target: 'standalone' });
    expect(await differences(directory, { copyWindow: true })).toEqual([]);
  });
});
