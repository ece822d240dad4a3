import { join } from 'node:path';
import type { MongoClient } from 'mongodb';
import type { MongodBinary } from '@headwater/mongod';
import { compareTimestamps, type OplogTimestamp } from '@headwater/oplog';
import {
  eventually,
  markOplog,
  NumberedWriter,
  startReplicaSet,
  temporaryDirectory,
  testMongod,
  type ReplicaSet,
  type TemporaryDirectory,
} from '@headwater/testing';
import { BusView } from './harness/bus-view.js';
import { compareRestored } from './harness/comparison.js';
import { Launcher } from './harness/launcher.js';
import { launcherPlacement, type LauncherPlacement } from './harness/pair.js';
import { killAll, processesBelow } from './harness/leftovers.js';
import { RestoreApi } from './harness/restore-api.js';
import { serversOfRun } from './harness/servers.js';
import { writesPassed } from './harness/writes-passed.js';
import { describeOnPair } from './spec-support/describe-on-pair.js';

const services = ['agent', 'ingest', 'snapshot-builder', 'shard-coordinator', 'restore', 'alerting'];

/** Free ports, and short intervals: every service has work under way when it is killed. */
const environment = {
  ...Object.fromEntries(
    services.map((name) => [`HEADWATER_${name.toUpperCase().replaceAll('-', '_')}_PORT`, '0']),
  ),
  HEADWATER_SLICE_MAX_AGE_SECONDS: '1',
  HEADWATER_SNAPSHOT_INTERVAL_SECONDS: '5',
  HEADWATER_HEAD_CACHE_MIB: '256',
  HEADWATER_RESTORE_CACHE_MIB: '256',
};

describeOnPair('npm start, under load', () => {
  let binary: MongodBinary;
  let set: ReplicaSet;
  let source: MongoClient;
  let writer: NumberedWriter;
  let directory: TemporaryDirectory;
  let launcher: Launcher;
  let placement: LauncherPlacement;

  const begin = async (): Promise<Launcher> => {
    launcher = await Launcher.start({
      uri: set.uri,
      dataDirectory: join(directory.path, 'data'),
      environment: { ...environment, ...placement.environment },
      args: placement.args,
    });
    return launcher;
  };
  const api = new RestoreApi(() => launcher.service('restore').url);
  const target = (name: string): string => join(directory.path, name);

  beforeAll(async () => {
    binary = await testMongod();
    directory = await temporaryDirectory('hw-e2e-');
    placement = launcherPlacement(join(directory.path, 'data'), serversOfRun());
    const parameters = { minSnapshotHistoryWindowInSeconds: 1800 };
    set = await startReplicaSet({ binary, parameters });
    source = set.connect();
    writer = NumberedWriter.start(source, { ratePerSecond: 200 });
    await (await begin()).running();
  });
  afterAll(async () => {
    await writer.stop();
    await launcher.kill9();
    await set.stop();
    killAll(await processesBelow(directory.path));
    await eventually(() => launcher.pids.every((pid) => !isAlive(pid)), { deadlineMs: 60_000 });
    await directory.remove();
  });

  async function onBus<T>(look: (bus: BusView) => Promise<T>): Promise<T> {
    const bus = await BusView.open(placement.pair);
    try {
      return await look(bus);
    } finally {
      await bus.close();
    }
  }

  const captured = () =>
    onBus(async (bus) => {
      const capture = await bus.capture();
      return { epoch: capture?.epoch, order: capture?.order, chain: capture?.tail?.chain };
    });

  /** A moment after every write so far, once it is archived to the end of its second. */
  async function archivedSecond(): Promise<number> {
    const { t } = await markOplog(source);
    const later = await eventually(async (): Promise<OplogTimestamp | null> => {
      const mark = await markOplog(source);
      return mark.t > t ? mark : null;
    });
    await onBus((bus) => bus.archived(later));
    return t;
  }

  it.each(services)('kill -9 of %s: it comes back on its port, and says so', async (name) => {
    const from = launcher.lines.length;
    const before = launcher.service(name);
    process.kill(before.pid, 'SIGKILL');
    const about = (event: string) => (line: Readonly<Record<string, unknown>>) =>
      line['event'] === event && line['service'] === name;
    await expect(launcher.line(`that ${name} ended`, about('service-ended'), from)).resolves.toMatchObject({
      state: 'warning',
      how: 'signal SIGKILL',
      restarts: 1,
    });
    await launcher.line(`that ${name} is back`, about('service-back'), from);
    const { pid, url } = launcher.service(name);
    expect(url).toBe(before.url);
    expect(pid).not.toBe(before.pid);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    await writesPassed(writer, 200);
  });

  it('a restore of the last second then equals the source', async () => {
    expect((await captured()).order).toBe('tail');
    const snapshots = (await api.snapshots()).length;
    await eventually(async () => (await api.snapshots()).length > snapshots, { deadlineMs: 120_000 });
    await writer.stop();
    const second = await archivedSecond();
    const scene = { headwater: { target, api }, binary, source, writer };
    const time = new Date(second * 1000).toISOString();
    const { job, differences } = await compareRestored(scene, { kind: 'time', time }, { name: 'last' });
    expect(differences).toEqual([]);
    expect(job.restoredTo?.t).toBe(second);
    expect(writer.failures).toEqual([]);
  });

  it('Ctrl-C leaves nothing running, and the next start goes on where it was', async () => {
    const before = {
      capture: await captured(),
      windows: await api.windows(),
      snapshots: await api.snapshots(),
    };
    await expect(launcher.interrupt()).resolves.toBe(0);
    expect(launcher.pids.length).toBeGreaterThan(services.length);
    expect(launcher.pids.filter(isAlive)).toEqual([]);
    expect(await processesBelow(directory.path)).toEqual([]);

    await goesOn(before);
    // Nobody is left who could end anything in order.
    await launcher.kill9();
    await goesOn(before);
    await expect(launcher.interrupt()).resolves.toBe(0);
    expect(launcher.pids.filter(isAlive)).toEqual([]);
  });

  async function goesOn(before: {
    capture: Awaited<ReturnType<typeof captured>>;
    windows: Awaited<ReturnType<RestoreApi['windows']>>;
    snapshots: Awaited<ReturnType<RestoreApi['snapshots']>>;
  }): Promise<void> {
    await (await begin()).running();
    await source.db('again').collection('writes').insertOne({ at: new Date() });
    await archivedSecond();
    expect(await captured()).toEqual(before.capture);
    const [window] = await api.windows();
    expect(window).toMatchObject({ chain: before.capture.chain, from: before.windows[0]?.from });
    const end = before.windows[0]?.to;
    expect(end !== undefined && window !== undefined && compareTimestamps(window.to, end) > 0).toBe(true);
    const kept = (await api.snapshots()).map(({ id }) => id);
    expect(kept).toEqual(expect.arrayContaining(before.snapshots.map(({ id }) => id)));
  }
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
