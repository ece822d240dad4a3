import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ManualClock } from '@headwater/clock';
import { DirectoryStore } from '@headwater/object-store/directory';
import { Repository } from '@headwater/repository';
import { temporaryDirectory } from '@headwater/testing';
import type { TemporaryDirectory } from '@headwater/testing';
import { at, StoredChain } from '../spec-support/stored-chain.js';
import { Sealer } from './sealer.js';
import type { SealRequest } from './sealer.js';

describe('the sealer', () => {
  let home: TemporaryDirectory;
  let store: DirectoryStore;
  let stored: StoredChain;
  let request: SealRequest;
  let asked: number;
  const sealer = new Sealer(new ManualClock());

  beforeEach(async () => {
    home = await temporaryDirectory('headwater-sealer-');
    store = await DirectoryStore.open(join(home.path, 'store'));
    stored = new StoredChain((await Repository.open(store)).deployment('d').replicaSet('rs0'));
    const directory = join(home.path, 'data');
    await mkdir(join(directory, 'journal'), { recursive: true });
    await mkdir(join(directory, 'diagnostic.data'));
    await writeFile(join(directory, 'collection.wt'), 'data'.repeat(50_000), { mode: 0o640 });
    await writeFile(join(directory, 'journal', 'log'), Buffer.alloc(1_000_000));
    await writeFile(join(directory, 'mongod.lock'), '');
    await writeFile(join(directory, 'diagnostic.data', 'metrics'), 'x');
    asked = 0;
    request = {
      ...{ archive: stored.archive, directory, chain: stored.chain, position: at(5), parentId: null },
      origin: { replicaSetId: 'a'.repeat(24), serverVersion: '6.0.5', fcv: '6.0' },
      signal: new AbortController().signal,
      standsStill: () => {
        asked += 1;
        return Promise.resolve();
      },
      onProgress: () => undefined,
    };
  });

  afterEach(async () => {
    await store.close();
    await home.remove();
  });

  it('seals the data files with their modes, and nothing that a mongod leaves beside them', async () => {
    const { files, position, sizeBytes } = await sealer.seal(request);
    expect(files.map(({ path, mode }) => [path, mode])).toEqual([
      ['collection.wt', 0o640],
      ['journal/log', 0o644],
    ]);
    expect({ position, sizeBytes }).toEqual({ position: at(5), sizeBytes: 1_200_000 });
  });

  it('asks whether the files stand still before it reads the first and after the last', async () => {
    await sealer.seal(request);
    expect(asked).toBe(2);
    const touched = { ...request, position: at(6), standsStill: () => Promise.reject(new Error('touched')) };
    await expect(sealer.seal(touched)).rejects.toThrow('touched');
    expect(await stored.archive.snapshots.list()).toHaveLength(1);
  });

  it('makes no second snapshot of the same sealing, and stores nothing for what its parent has', async () => {
    const first = await sealer.seal(request);
    expect(await sealer.seal(request)).toEqual(first);
    expect(await stored.archive.snapshots.list()).toHaveLength(1);
    const again = await sealer.seal({ ...request, position: at(6), parentId: first.id });
    expect(again).toMatchObject({ storedBytes: 0, parent: first.id });
  });

  it('refuses what is no data file, by its name', async () => {
    await symlink('/etc/hostname', join(request.directory, 'elsewhere.wt'));
    await expect(sealer.seal(request)).rejects.toThrow('elsewhere.wt');
  });
});
