import { cp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '@headwater/clock';
import { probeBinary, withMongod, type MongodBinary } from '@headwater/mongod';
import { DirectoryStore } from '@headwater/object-store/directory';
import type { Position } from '@headwater/oplog';
import type { Manifest } from '@headwater/repository';
import {
  Capture,
  markOplog,
  sealSnapshot,
  startReplicaSet,
  temporaryDirectory,
  testMongod,
  type ReplicaSet,
  type TemporaryDirectory,
} from '@headwater/testing';
import { readState, RecoveryEngine, stateFileOf } from './index.js';

const series = '6.0';

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
  let manifest: Manifest;

  /** A base at `from`, a snapshot of it, and slices up to `to`. */
  beforeAll(async () => {
    binary = await testMongod();
    temporary = await temporaryDirectory();
    store = join(temporary.path, 'store');
    base = join(temporary.path, 'base');
    engine = new RecoveryEngine({ mongods: () => Promise.resolve(binary), clock: systemClock });
    set = await startReplicaSet({ binary });
    const collection = set.connect().db('app').collection<{ _id: number }>('c');
    const insert = (first: number) =>
      collection.insertMany(Array.from({ length: 1000 }, (_, n) => ({ _id: first + n })));
    await insert(0);
    capture = await Capture.begin(set.uri, await DirectoryStore.open(store));
    ({ syncId } = await capture.sync());
    ({ position: from } = await engine.seed({ archive: capture.archive, syncId, directory: base }));
    for (const first of [1000, 2000, 3000]) await insert(first);
    to = await capture.archiveTo(await markOplog(set.connect()));
    const { archive, chain } = capture;
    const seal = { directory: base, chain, position: from, serverVersion: binary.version };
    manifest = await sealSnapshot(archive, seal);
  });
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
  const request = (directory: string) => ({
    ...{ archive: capture.archive, chain: capture.chain },
    ...{ directory, series, from, to: to.ts },
  });
  const replay = (directory: string) => engine.replay(request(directory));
  const resume = (directory: string) => engine.resume({ archive: capture.archive, directory });

  it('is left alone when it is not what was asked for', async () => {
    const asked = request(base);
    const before = await readState(base);
    const wrong = { ...from, term: from.term + 1 };
    await expect(engine.replay({ ...asked, from: wrong })).rejects.toMatchObject({
      code: 'RECOVERY-10005',
    });
    await expect(engine.replay({ ...asked, chain: 'another' })).rejects.toMatchObject({
      code: 'RECOVERY-10005',
    });
    await expect(engine.replay({ ...asked, series: '7.0' })).rejects.toMatchObject({
      code: 'RECOVERY-10001',
    });
    const nowhere = { ...asked, directory: join(temporary.path, 'nowhere') };
    await expect(engine.replay(nowhere)).rejects.toMatchObject({ code: 'RECOVERY-10003' });
    expect(await resume(nowhere.directory)).toEqual({ kind: 'absent' });
    expect(await readState(base)).toEqual(before);
  });

  it('is left alone when the oplog does not reach the target', async () => {
    const beyond = { ...request(base), to: { t: to.ts.t + 1000, i: 0 } };
    await expect(engine.replay(beyond)).rejects.toMatchObject({ code: 'REPOSITORY-10003' });
    expect((await readState(base))?.phase).toBe('idle');
  });

  it('stays as it is when there is nothing to replay', async () => {
    const nothing = { ...request(base), to: from.ts };
    expect(await engine.replay(nothing)).toEqual({ restoredTo: from, entries: 0 });
    expect(await resume(base)).toMatchObject({ kind: 'ready', position: from });
  });

  it('is refused when it does not stand where its state says', async () => {
    const directory = await copyOfBase('astray');
    let position = from;
    for await (const entries of capture.archive.oplog.entries(capture.chain, from, to.ts)) {
      position = entries[10]?.position ?? position;
      break;
    }
    await writeFile(stateFileOf(directory), JSON.stringify({ ...(await readState(directory)), position }));
    await expect(engine.replay({ ...request(directory), from: position })).rejects.toMatchObject({
      code: 'RECOVERY-90001',
      message: expect.stringContaining('begin is') as string,
    });
  });

  it('goes on once a damaged slice, which is named, has been put back', async () => {
    const slices = (await capture.archive.oplog.chain(capture.chain)).slices;
    const { key } = slices.at(-2) ?? { key: '' };
    const file = join(store, key);
    const whole = await damage(file, 400);
    const directory = await copyOfBase('of-damaged-slice');
    const named = { code: 'REPOSITORY-10001', message: expect.stringContaining(key) as string };
    await expect(replay(directory)).rejects.toMatchObject(named);
    await expect(resume(directory)).rejects.toMatchObject(named);
    await writeFile(file, whole);
    expect(await resume(directory)).toMatchObject({ kind: 'ready', position: to });
  });

  it('must be rebuilt once something else has opened it', async () => {
    const directory = await copyOfBase('touched');
    await withMongod({ binary, directory, mode: 'inspect' }, () => Promise.resolve());
    await expect(replay(directory)).rejects.toMatchObject({ code: 'RECOVERY-10012' });
    expect(await resume(directory)).toEqual({ kind: 'rebuild', phase: 'touched' });
  });

  it('is not opened by a mongod of another series, and the message names the variable', async () => {
    const fake = join(temporary.path, 'mongod-7');
    await writeFile(fake, '#!/bin/sh\necho "db version v7.0.1"\n', { mode: 0o755 });
    const other = new RecoveryEngine({ mongods: () => probeBinary(fake), clock: systemClock });
    const named = {
      code: 'RECOVERY-10001',
      message: expect.stringContaining('HEADWATER_MONGOD_6_0') as string,
    };
    const directory = join(temporary.path, 'other-series');
    await expect(other.seed({ archive: capture.archive, syncId, directory })).rejects.toMatchObject(named);
    await expect(other.inspect({ directory: base, series })).rejects.toMatchObject(named);
  });

  it('is never made where something lies that is not ours', async () => {
    const directory = join(temporary.path, 'not-ours');
    await cp(base, directory, { recursive: true });
    const names = await readdir(directory);
    const refused = { code: 'RECOVERY-10002' };
    await expect(engine.seed({ archive: capture.archive, syncId, directory })).rejects.toMatchObject(refused);
    await expect(engine.materialize({ archive: capture.archive, manifest, directory })).rejects.toMatchObject(
      refused,
    );
    expect(await readdir(directory)).toEqual(names);
  });

  it('is not made from a damaged pack, which is named', async () => {
    const [pack = ''] = manifest.packs;
    const file = join(store, `deployments/spec/rs0/packs/${pack}`);
    const whole = await damage(file, 5000);
    const directory = join(temporary.path, 'from-damaged');
    const made = { archive: capture.archive, manifest, directory };
    const named = { code: 'REPOSITORY-10001', message: expect.stringContaining(`packs/${pack}`) as string };
    await expect(engine.materialize(made)).rejects.toMatchObject(named);
    expect(await resume(directory)).toEqual({ kind: 'rebuild', phase: 'materializing' });
    await truncate(file, 4000);
    await expect(engine.materialize(made)).rejects.toMatchObject(named);
    await writeFile(file, whole);
    expect(await engine.materialize(made)).toEqual({ bytes: manifest.sizeBytes });
    expect(await resume(directory)).toMatchObject({ kind: 'ready', position: from });
  });

  it('is not made from a damaged part, which is named', async () => {
    const [part] = await capture.archive.sync(syncId).parts();
    const file = join(store, part?.key ?? '');
    const whole = await damage(file, 200);
    const directory = join(temporary.path, 'from-damaged-part');
    const named = { code: 'REPOSITORY-10001', message: expect.stringContaining(part?.key ?? '?') as string };
    await expect(engine.seed({ archive: capture.archive, syncId, directory })).rejects.toMatchObject(named);
    await writeFile(file, whole);
    expect(await engine.seed({ archive: capture.archive, syncId, directory })).toMatchObject({
      position: from,
    });
  });

  it('is not made while the initial sync is not complete, nor after it was told to stop', async () => {
    const directory = join(temporary.path, 'unmade');
    const { archive } = capture;
    const incomplete = engine.seed({ archive, syncId: 'unknown', directory });
    await expect(incomplete).rejects.toMatchObject({ code: 'RECOVERY-10006' });
    const signal = AbortSignal.abort(new Error('cancelled'));
    await expect(engine.seed({ archive, syncId, directory, signal })).rejects.toThrow('cancelled');
    await expect(engine.materialize({ archive, manifest, directory, signal })).rejects.toThrow('cancelled');
    expect((await resume(directory)).kind).toBe('rebuild');
  });

  it('is not handed over in the middle of something, and is forgotten once it is', async () => {
    const directory = await copyOfBase('handed-over');
    const state = await readState(directory);
    await writeFile(stateFileOf(directory), JSON.stringify({ ...state, phase: 'recovering', target: from }));
    const target = 'standalone' as const;
    await expect(engine.prepare({ directory, target })).rejects.toMatchObject({ code: 'RECOVERY-10004' });
    expect(await resume(directory)).toMatchObject({ kind: 'ready', position: from });
    await engine.prepare({ directory, target });
    expect((await readdir(temporary.path)).filter((name) => name.startsWith('handed-over'))).toEqual([
      'handed-over',
    ]);
    expect(await readdir(directory)).not.toContain('mongod.lock');
    await expect(engine.prepare({ directory, target })).rejects.toMatchObject({ code: 'RECOVERY-10003' });
    await engine.inspect({ directory, series });
    expect((await readdir(temporary.path)).filter((name) => name.startsWith('handed-over'))).toEqual([
      'handed-over',
    ]);
    expect(await readdir(directory)).not.toContain('mongod.lock');
  });
});

/** Changes one bit. @returns the file as it was. */
async function damage(file: string, offset: number): Promise<Buffer> {
  const whole = await readFile(file);
  const broken = Buffer.from(whole);
  broken.writeUInt8(broken.readUInt8(offset) ^ 1, offset);
  // The store's objects are read-only, and may be linked.
  await rm(file);
  await writeFile(file, broken);
  return whole;
}
