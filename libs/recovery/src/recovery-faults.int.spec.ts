import { cp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '@headwater/clock';
import { logFileOf, type MongodBinary } from '@headwater/mongod';
import { DirectoryStore } from '@headwater/object-store/directory';
import type { Position } from '@headwater/oplog';
import {
  Capture,
  compareImages,
  eventually,
  markOplog,
  startReplicaSet,
  startRestored,
  takeImage,
  temporaryDirectory,
  testMongod,
  validateAll,
  Workload,
  type DeploymentImage,
  type ReplicaSet,
  type TemporaryDirectory,
} from '@headwater/testing';
import { readState, RecoveryEngine, stateFileOf } from './index.js';
import { OtherEngine } from './spec-support/other-engine.js';

const series = '6.0';
/** The log id of "Replaying stored operations from startPoint (exclusive) to endPoint (inclusive)". */
const replayBegins = '"id":21550';
const logOf = (directory: string): Promise<string> => readFile(logFileOf(directory), 'utf8').catch(() => '');

describe('a directory of the RecoveryEngine', () => {
  let binary: MongodBinary;
  let temporary: TemporaryDirectory;
  let store: string;
  let set: ReplicaSet;
  let capture: Capture;
  let engine: RecoveryEngine;
  let syncId: string;
  let base: string;
  let from: Position;
  let to: Position;
  let image: DeploymentImage;
  const others: OtherEngine[] = [];

  /** A base at `from`, and 20,000 entries of all kinds up to `to`, of which an image is taken. */
  beforeAll(async () => {
    binary = await testMongod();
    temporary = await temporaryDirectory();
    store = join(temporary.path, 'store');
    base = join(temporary.path, 'base');
    engine = new RecoveryEngine({ mongods: () => Promise.resolve(binary), clock: systemClock });
    set = await startReplicaSet({ binary, parameters: { ttlMonitorEnabled: false } });
    const client = set.connect();
    const workload = new Workload({ seed: 23, sizes: { documents: 500, largeDocumentMiB: 1 } });
    await workload.prepare(client);
    capture = await Capture.begin(set.uri, await DirectoryStore.open(store));
    ({ syncId } = await capture.sync());
    ({ position: from } = await engine.seed({ archive: capture.archive, syncId, directory: base }));
    for (let step = 0; step < 400; step += 1) await workload.step(client);
    const plain = client.db('bulk').collection<{ _id: number; k: number }>('plain');
    await plain.createIndex({ k: 1 });
    for (let at = 0; at < 20_000; at += 1000) {
      await plain.insertMany(Array.from({ length: 1000 }, (_, n) => ({ _id: at + n, k: n % 7 })));
    }
    for (let step = 0; step < 100; step += 1) await workload.step(client);
    to = await capture.archiveTo(await markOplog(client));
    image = await takeImage(client);
  });
  afterEach(() => Promise.all(others.splice(0).map((other) => other.kill9())));
  afterAll(async () => {
    await capture.close();
    await set.stop();
    await temporary.remove();
  });

  const copyOfBase = async (name: string): Promise<string> => {
    const directory = join(temporary.path, name);
    await cp(base, directory, { recursive: true });
    await cp(stateFileOf(base), stateFileOf(directory));
    return directory;
  };
  const replay = (directory: string) =>
    engine.replay({ archive: capture.archive, chain: capture.chain, directory, series, from, to: to.ts });
  /** Starts the same in another process. */
  const elsewhere = (call: string, request: object): OtherEngine => {
    const text = JSON.stringify(request);
    const other = OtherEngine.run(binary, store, `engine.${call}({ ...${text}, archive, onProgress })`);
    others.push(other);
    return other;
  };
  const replayElsewhere = (directory: string): OtherEngine =>
    elsewhere('replay', { chain: capture.chain, directory, series, from, to: to.ts });
  const differences = async (directory: string): Promise<string[]> => {
    const restored = await startRestored(directory, binary);
    const client = restored.connect();
    try {
      return [
        ...compareImages(image, await takeImage(client), { copyWindow: true }),
        ...(await validateAll(client)),
      ];
    } finally {
      await restored.stop();
    }
  };
  const resume = (directory: string) => engine.resume({ archive: capture.archive, directory });

  const killed = async (
    directory: string,
    reached: (other: OtherEngine) => Promise<unknown>,
  ): Promise<void> => {
    const other = replayElsewhere(directory);
    await reached(other);
    await other.kill9();
  };
  const goesOn = async (directory: string): Promise<void> => {
    const expected = { kind: 'ready', chain: capture.chain, position: to, series };
    expect(await resume(directory)).toEqual(expected);
    expect(await resume(directory)).toEqual(expected);
    expect(await differences(directory)).toEqual([]);
    await rm(directory, { recursive: true });
  };

  it.each([1, 6, 12, 20])(
    'goes on after kill -9 while appending, at report %i, to the equal result',
    async (reports) => {
      const directory = await copyOfBase(`appending-${reports}`);
      await killed(directory, (other) => other.reached('appending', reports));
      expect((await readState(directory))?.phase).toBe('appending');
      await goesOn(directory);
    },
  );

  it.each([0, 100, 250, 500, 1000])(
    'goes on after kill -9 %i ms into recovering, to the equal result',
    async (millis) => {
      const directory = await copyOfBase(`recovering-${millis}`);
      await killed(directory, async () => {
        await eventually(async () => (await logOf(directory)).includes(replayBegins), {
          deadlineMs: 120_000,
          pauseMs: 5,
        });
        await systemClock.sleep(millis);
      });
      expect((await readState(directory))?.phase).toMatch(/^(recovering|idle)$/);
      await goesOn(directory);
    },
  );

  it('must be rebuilt after kill -9 while it is made, and can be', async () => {
    const directory = join(temporary.path, 'made');
    const other = elsewhere('seed', { syncId, directory });
    await other.reached('seeding', 5);
    await other.kill9();
    expect(await resume(directory)).toEqual({ kind: 'rebuild', phase: 'seeding' });
    await expect(replay(directory)).rejects.toMatchObject({ code: 'RECOVERY-10004' });
    expect(await engine.seed({ archive: capture.archive, syncId, directory })).toMatchObject({
      position: from,
    });
    expect(await resume(directory)).toMatchObject({ kind: 'ready', position: from });
  });

  it('is final again after it was only looked at, with kill -9', async () => {
    const directory = await copyOfBase('looked-at');
    const other = elsewhere('inspect', { directory, series });
    await eventually(async () => (await logOf(directory)).includes('Waiting for connections'), {
      pauseMs: 5,
    });
    await other.kill9();
    expect(await resume(directory)).toMatchObject({ kind: 'ready', position: from });
    expect(await readFile(join(directory, 'mongod.lock'), 'utf8')).toBe('');
    expect(await replay(directory)).toMatchObject({ restoredTo: to });
  });

  it('stops when it is told to, and goes on later', async () => {
    const directory = await copyOfBase('stopped');
    const stop = new AbortController();
    const { archive, chain } = capture;
    const stopped = engine.replay({
      ...{ archive, chain, directory, series, from, to: to.ts, signal: stop.signal },
      onProgress: ({ entriesDone }) => {
        if (entriesDone > 5000) stop.abort(new Error('the service stops'));
      },
    });
    await expect(stopped).rejects.toThrow('the service stops');
    expect(await resume(directory)).toMatchObject({ kind: 'ready', position: to });
  });
});
