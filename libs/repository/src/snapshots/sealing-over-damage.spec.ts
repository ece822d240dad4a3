import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DirectoryStore } from '@headwater/object-store/directory';
import { Repository, type Manifest, type SnapshotArchive } from '../index.js';
import { failure } from '../spec-support/oplog-fixture.js';
import { blockOf, hashesOf, readHashes, sealAt, sealFiles } from '../spec-support/snapshot-fixture.js';

const files = { a: Buffer.concat([blockOf(1), blockOf(3), blockOf(2)]), b: blockOf(5) };

describe('sealing over damage', () => {
  let root = '';
  let snapshots: SnapshotArchive;
  let parent: Manifest;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'headwater-repository-'));
    const store = await DirectoryStore.open(root);
    snapshots = (await Repository.open(store)).deployment('d').replicaSet('rs0').snapshots;
    parent = await sealFiles(snapshots, files);
  });

  afterEach(async () => {
    await rm(root, { recursive: true });
  });

  const pathOf = (kind: 'packs' | 'filemaps') => {
    const name = kind === 'packs' ? parent.packs[0] : parent.files[0]?.fileMaps[0];
    return join(root, 'deployments/d/rs0', kind, name ?? '');
  };

  const damage = async (kind: 'packs' | 'filemaps') => {
    const bytes = await readFile(pathOf(kind));
    bytes.writeUInt8(bytes.readUInt8(300) ^ 1, 300);
    await writeFile(pathOf(kind), bytes);
  };

  const sealAgain = (over: Manifest | null) => sealFiles(snapshots, files, { seal: sealAt(6), parent: over });

  it('stores blocks again whose pack is lost, and so heals the parent too', async () => {
    await rm(pathOf('packs'));
    const child = await sealAgain(parent);
    expect(await readHashes(snapshots, child)).toEqual(hashesOf(files));
    expect(await readHashes(snapshots, parent)).toEqual(hashesOf(files));
  });

  it('does not use blocks again that were cut off their pack', async () => {
    const bytes = await readFile(pathOf('packs'));
    await writeFile(pathOf('packs'), bytes.subarray(0, blockOf(1).length + 100));
    const changed = { a: Buffer.concat([blockOf(1), blockOf(3), blockOf(4)]) };
    const child = await sealFiles(snapshots, changed, { seal: sealAt(6), parent });
    expect(await readHashes(snapshots, child)).toEqual(hashesOf(changed));
  });

  it.each(['packs', 'filemaps'] as const)(
    'makes no snapshot of damaged %s, and names the object',
    async (kind) => {
      await damage(kind);
      await expect(sealAgain(null)).rejects.toEqual(
        failure('REPOSITORY-10001', pathOf(kind).slice(root.length + 1)),
      );
      expect(await snapshots.list()).toHaveLength(1);
      await rm(pathOf(kind));
      expect(await readHashes(snapshots, await sealAgain(null))).toEqual(hashesOf(files));
    },
  );

  it.each(['damaged', 'lost'])('names a file map of the parent that is %s', async (how) => {
    await (how === 'lost' ? rm(pathOf('filemaps')) : damage('filemaps'));
    const code = how === 'lost' ? 'REPOSITORY-10002' : 'REPOSITORY-10001';
    await expect(sealAgain(parent)).rejects.toEqual(failure(code, pathOf('filemaps').slice(root.length + 1)));
  });
});
