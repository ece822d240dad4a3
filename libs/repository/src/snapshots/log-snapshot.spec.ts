import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DirectoryStore } from '@headwater/object-store/directory';
import { canonicalJson } from '../encoding/canonical-json.js';
import { sha256Of } from '../encoding/sha256.js';
import { Repository, snapshotId, type LogSeal, type SnapshotArchive } from '../index.js';
import { failure, position } from '../spec-support/oplog-fixture.js';
import { blockOf, sealFiles } from '../spec-support/snapshot-fixture.js';
import { manifestKey } from './manifest.js';

const folder = 'deployments/d/rs0/';

describe('a log snapshot', () => {
  let root = '';
  let store: DirectoryStore;
  let snapshots: SnapshotArchive;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'headwater-repository-'));
    store = await DirectoryStore.open(root);
    snapshots = (await Repository.open(store)).deployment('d').replicaSet('rs0').snapshots;
  });

  afterEach(async () => {
    await store.close();
    await rm(root, { recursive: true });
  });

  const seal = (change: Partial<LogSeal> = {}): LogSeal => ({
    id: snapshotId({ t: 9, i: 1 }, '00000001'),
    ...{
      replicaSetId: 'a'.repeat(24),
      chain: 'c',
      position: position(9),
      serverVersion: '6.0.5',
      fcv: '6.0',
    },
    base: { snapshotId: snapshotId({ t: 5, i: 1 }, '00000000'), position: position(5) },
    oplog: { entries: 1_000_000_000, rawBytes: 500_000_000_000 },
    ...{ sizeBytes: 1_000_000_000_000, createdAt: '2026-11-24T08:00:00Z' },
    ...change,
  });

  /** Stores a document as a version of Headwater would that knows more. */
  const storeManifest = async (id: string, fields: object): Promise<void> => {
    const document = { id, ...fields };
    const checksum = sha256Of(canonicalJson(document));
    const body = Buffer.from(`${canonicalJson({ ...document, checksum })}\n`);
    await store.create(manifestKey(folder, id), body);
  };

  it('is listed beside block snapshots, with what its manifest says', async () => {
    await sealFiles(snapshots, { a: blockOf(1) });
    const manifest = await snapshots.writeLog(seal());
    const { snapshots: listed, damaged } = await snapshots.catalogue();
    expect(damaged).toEqual([]);
    expect(listed.map(({ kind }) => kind)).toEqual(['block', 'log']);
    expect(listed[1]).toMatchObject({ ...seal(), kind: 'log', storedBytes: 0, deployment: 'd' });
    expect(await snapshots.open(manifest.id)).toEqual(manifest);
    await expect(snapshots.read(manifest.id)).rejects.toEqual(failure('REPOSITORY-90004', manifest.id));
  });

  it('costs its manifest, which is small whatever it holds', async () => {
    const { id } = await snapshots.writeLog(seal());
    expect((await readFile(join(root, manifestKey(folder, id)))).length).toBeLessThan(1024);
  });

  it('is made once: tried again it stays, and another position is another snapshot', async () => {
    const first = await snapshots.writeLog(seal());
    expect(await snapshots.writeLog(seal({ createdAt: '2026-11-24T09:00:00Z' }))).toEqual(first);
    await expect(snapshots.writeLog(seal({ chain: 'other' }))).rejects.toEqual(
      failure('REPOSITORY-10006', first.id),
    );
  });

  it('is not stored on a base that does not lie below it', async () => {
    const base = { snapshotId: snapshotId({ t: 9, i: 1 }, '00000000'), position: position(9) };
    await expect(snapshots.writeLog(seal({ base }))).rejects.toEqual(failure('REPOSITORY-90001'));
  });

  it('of a kind or a format that is not known yet is refused by name, alone', async () => {
    const good = await sealFiles(snapshots, { a: blockOf(1) });
    const [kind, format] = ['11111111', '22222222'].map((suffix) => snapshotId({ t: 7, i: 1 }, suffix));
    await storeManifest(kind ?? '', { format: 2, kind: 'delta' });
    await storeManifest(format ?? '', { format: 3, kind: 'log' });
    const { snapshots: listed, damaged } = await snapshots.catalogue();
    expect(listed.map(({ id }) => id)).toEqual([good.id]);
    expect(damaged.map(({ error }) => error)).toEqual([
      failure('REPOSITORY-10005', 'kind delta'),
      failure('REPOSITORY-10005', 'format 3'),
    ]);
  });
});

describe('the objects of a block snapshot', () => {
  it('are named where they are missing', async () => {
    const root = await mkdtemp(join(tmpdir(), 'headwater-repository-'));
    const store = await DirectoryStore.open(root);
    const { snapshots } = (await Repository.open(store)).deployment('d').replicaSet('rs0');
    const manifest = await sealFiles(snapshots, { a: blockOf(1), b: blockOf(3) });
    expect(await snapshots.missingObjects(manifest)).toEqual([]);
    const [map, pack] = [
      `${folder}filemaps/${manifest.files[1]?.fileMaps[0] ?? ''}`,
      `${folder}packs/${manifest.packs[0] ?? ''}`,
    ];
    await store.remove(map);
    expect(await snapshots.missingObjects(manifest)).toEqual([map]);
    await store.remove(pack);
    expect(await snapshots.missingObjects(manifest)).toEqual([pack, map]);
    await store.close();
    await rm(root, { recursive: true });
  });
});
