import { createCipheriv, createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { DirectoryStore } from '@headwater/object-store/directory';
import fc from 'fast-check';
import { blockBytes, Repository, type SnapshotArchive } from '../index.js';
import { failure, position } from '../spec-support/oplog-fixture.js';
import {
  anyFiles,
  blockOf,
  hashesOf,
  readHashes,
  sealAt,
  sealFiles,
} from '../spec-support/snapshot-fixture.js';
import { WatchedStore } from '../spec-support/watched-store.js';
import { readFileMap } from './file-map.js';
import { packTargetBytes } from './pack-writer.js';

const folder = 'deployments/d/rs0/';
const mebibyte = 1024 * 1024;

/** Does not compress and repeats nowhere. */
function noise(length: number, seed = 1): Buffer {
  return createCipheriv('aes-128-ctr', Buffer.alloc(16, seed), Buffer.alloc(16)).update(Buffer.alloc(length));
}

describe('a snapshot archive', () => {
  let root = '';
  let store: WatchedStore;
  let snapshots: SnapshotArchive;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'headwater-repository-'));
    store = new WatchedStore(await DirectoryStore.open(root));
    snapshots = (await Repository.open(store)).deployment('d').replicaSet('rs0').snapshots;
    store.calls.length = 0;
  });

  afterEach(async () => {
    await rm(root, { recursive: true });
  });

  const created = (kind: string) => store.keys('create').filter((key) => key.startsWith(`${folder}${kind}/`));

  it('gives every file back as it was sealed, with a parent or without', async () => {
    let t = 0;
    await fc.assert(
      fc.asyncProperty(anyFiles, anyFiles, async (files, later) => {
        const first = await sealFiles(snapshots, files, { seal: sealAt((t += 1)) });
        const second = await sealFiles(snapshots, later, { seal: sealAt((t += 1)), parent: first });
        expect(await readHashes(snapshots, await snapshots.read(first.id))).toEqual(hashesOf(files));
        expect(await readHashes(snapshots, await snapshots.read(second.id))).toEqual(hashesOf(later));
        expect(second.parent).toBe(first.id);
      }),
      { numRuns: 15 },
    );
  }, 120_000);

  it('says of a snapshot what there is to know', async () => {
    const files = { b: noise(300_000), a: Buffer.alloc(0) };
    const manifest = await sealFiles(snapshots, files);
    const sha256 = createHash('sha256').update(files.b).digest('hex');
    expect(manifest).toMatchObject({
      ...{
        ...sealAt(5),
        format: 1,
        kind: 'block',
        deployment: 'd',
        replicaSet: 'rs0',
        parent: null,
        sizeBytes: 300_000,
      },
      files: [
        { path: 'a', size: 0, mode: 0o600, fileMaps: [] },
        {
          path: 'b',
          size: 300_000,
          mode: 0o600,
          sha256,
          fileMaps: [expect.stringMatching(/^[0-9a-f]{64}$/)],
        },
      ],
    });
    const sizes = await Promise.all(
      [...created('packs'), ...created('filemaps')].map((key) => store.stat(key)),
    );
    expect(manifest.storedBytes).toBe(sizes.reduce((sum, info) => sum + (info?.size ?? 0), 0));
    expect(manifest.packs.map((id) => `${folder}packs/${id}`)).toEqual(created('packs'));
    expect(await snapshots.read(manifest.id)).toEqual(manifest);
  });

  it('stores file maps only when their packs are durable, and the manifest last, whatever takes how long', async () => {
    const files = {
      a: noise(40 * mebibyte),
      b: noise(3 * mebibyte, 2),
      c: noise(100, 3),
      d: Buffer.alloc(100_000),
    };
    const durableBefore = new Map<string, ReadonlySet<string>>();
    store.before = async (verb, key) => {
      if (verb === 'create') {
        durableBefore.set(key, new Set(store.durable));
        const waits = key.includes('/packs/') ? 50 : 5;
        for (let n = 0; n < waits; n += 1) {
          await turn();
        }
      }
    };
    const manifest = await sealFiles(snapshots, files);
    const order = store.keys('create');
    expect(durableBefore.get(`${folder}snapshots/${manifest.id}.json`)).toEqual(
      new Set(['headwater.json', ...order.slice(0, -1)]),
    );
    for (const key of created('filemaps')) {
      const { blocks } = await readFileMap(store, folder, key.slice(-64));
      const packs = blocks.filter((block) => 'pack' in block).map(({ pack }) => `${folder}packs/${pack}`);
      expect([...(durableBefore.get(key) ?? [])]).toEqual(expect.arrayContaining(packs));
    }
    expect(order.filter((key) => key.includes('/packs/'))).toHaveLength(2);
  }, 30_000);

  it.each(['packs', 'filemaps', 'snapshots'])(
    'leaves no snapshot behind when %s cannot be stored',
    async (kind) => {
      store.before = (verb, key) => {
        if (verb === 'create' && key.includes(`/${kind}/`)) {
          throw new Error('the store is gone');
        }
      };
      const files = { a: noise(34 * mebibyte), b: noise(1_000, 2) };
      await expect(sealFiles(snapshots, files)).rejects.toThrow('the store is gone');
      store.before = () => undefined;
      expect(await snapshots.list()).toEqual([]);
      const manifest = await sealFiles(snapshots, files);
      expect(await readHashes(snapshots, manifest)).toEqual(hashesOf(files));
    },
    60_000,
  );

  it('keeps packs near their target size, and reads them in few large ranges', async () => {
    const manifest = await sealFiles(snapshots, { a: noise(70 * mebibyte) });
    const sizes = store.calls.filter(({ key }) => key.includes('/packs/')).map(({ length }) => length);
    expect(sizes).toHaveLength(3);
    expect(Math.max(...sizes)).toBeLessThan(packTargetBytes + blockBytes + 1_000);
    expect(Math.min(...sizes.slice(0, 2))).toBeGreaterThanOrEqual(packTargetBytes);
    store.calls.length = 0;
    expect(await readHashes(snapshots, manifest)).toEqual(hashesOf({ a: noise(70 * mebibyte) }));
    const ranges = store.calls.filter(({ verb }) => verb === 'readRange').map(({ length }) => length);
    expect(ranges.length).toBeLessThan(15);
    expect(ranges.filter((length) => length >= 4 * mebibyte).length).toBeGreaterThan(7);
  }, 60_000);

  it('stores zeros as nothing', async () => {
    const manifest = await sealFiles(snapshots, { journal: Buffer.alloc(100 * mebibyte) });
    expect(created('packs')).toEqual([]);
    expect(manifest.packs).toEqual([]);
    expect(manifest.storedBytes).toBeLessThan(2_000);
  });

  it('stores only what the parent does not have', async () => {
    const content = noise(20 * mebibyte);
    const parent = await sealFiles(snapshots, { a: content, b: content.subarray(0, 1_000) });
    const changed = Buffer.from(content);
    changed.fill('x', 3 * mebibyte, 3 * mebibyte + 10);
    store.calls.length = 0;
    const seal = sealAt(6);
    const manifest = await sealFiles(
      snapshots,
      { a: changed, b: content.subarray(0, 1_000) },
      { seal, parent },
    );
    const packs = store.calls.filter(({ verb, key }) => verb === 'create' && key.includes('/packs/'));
    expect(packs).toHaveLength(1);
    expect(packs[0]?.length).toBeLessThan(blockBytes + 100);
    expect(created('filemaps')).toHaveLength(1);
    expect(manifest.packs).toEqual(expect.arrayContaining([...parent.packs]));
    expect(await readHashes(snapshots, manifest)).toEqual(
      hashesOf({ a: changed, b: content.subarray(0, 1_000) }),
    );
    store.calls.length = 0;
    await sealFiles(snapshots, { a: changed }, { seal: sealAt(7), parent: manifest });
    expect(store.keys('create')).toEqual([`${folder}snapshots/${sealAt(7).id}.json`]);
  }, 30_000);

  it('stores nothing twice when the same sealing is tried again', async () => {
    const files = { a: noise(3 * mebibyte), b: blockOf(2) };
    const [first, second] = [await sealFiles(snapshots, files), await sealFiles(snapshots, files)];
    expect(second).toEqual(first);
    expect(new Set(store.keys('create')).size).toBe(store.keys('create').length / 2);
  }, 30_000);

  it('does not take another snapshot for the same one', async () => {
    await sealFiles(snapshots, { a: blockOf(1) });
    await expect(sealFiles(snapshots, { a: blockOf(3) })).rejects.toEqual(
      failure('REPOSITORY-10006', 'another snapshot'),
    );
  });

  it('refuses a file that is longer or shorter than was said, and then the snapshot', async () => {
    for (const size of [99, 101]) {
      const writer = snapshots.writer(null);
      const adding = writer.addFile({ path: 'a', size, mode: 0o600 }, [Buffer.alloc(100, 'x')]);
      await expect(adding).rejects.toEqual(failure('REPOSITORY-10008', 'a was said'));
      await expect(writer.finish(sealAt(5))).rejects.toEqual(failure('REPOSITORY-90003'));
    }
    expect(await snapshots.list()).toEqual([]);
  });

  it('refuses to finish while a file is being added, twice, or to go on after that', async () => {
    const writer = snapshots.writer(null);
    const { promise, resolve } = Promise.withResolvers<Buffer>();
    const slow = (async function* () {
      yield await promise;
    })();
    const file = { path: 'a', size: 3, mode: 0o600 };
    const adding = writer.addFile(file, slow);
    await expect(writer.addFile(file, [])).rejects.toEqual(failure('REPOSITORY-90003', 'a comes twice'));
    await expect(writer.finish(sealAt(5))).rejects.toEqual(
      failure('REPOSITORY-90003', 'not added to its end'),
    );
    resolve(Buffer.from('abc'));
    await adding;
    await expect(writer.finish(sealAt(5))).rejects.toEqual(failure('REPOSITORY-90003'));
    await expect(writer.addFile({ ...file, path: 'b' }, [])).rejects.toEqual(failure('REPOSITORY-90003'));
    expect(await snapshots.list()).toEqual([]);
  });

  it('refuses a path that leads out of the directory', async () => {
    for (const path of ['../a', '/a', 'a//b', 'a/.']) {
      await expect(sealFiles(snapshots, { [path]: blockOf(1) })).rejects.toEqual(
        failure('REPOSITORY-90001', 'path'),
      );
    }
  });

  it('lists snapshots in time order, and reads each manifest once', async () => {
    for (const t of [30, 4, 200]) {
      await sealFiles(snapshots, { a: blockOf(2) }, { seal: sealAt(t) });
    }
    expect((await snapshots.list()).map(({ ts }) => ts.t)).toEqual([4, 30, 200]);
    store.calls.length = 0;
    const { snapshots: summaries, damaged } = await snapshots.catalogue();
    expect(damaged).toEqual([]);
    expect(summaries.map((one) => [one.ts.t, one.chain, one.position.term])).toEqual(
      [4, 30, 200].map((t) => [t, 'c', 1]),
    );
    expect(summaries[0]).not.toHaveProperty('files');
    await snapshots.catalogue();
    expect(store.keys('read')).toHaveLength(3);
    await store.remove(`${folder}snapshots/${sealAt(30).id}.json`);
    expect((await snapshots.catalogue()).snapshots.map(({ ts }) => ts.t)).toEqual([4, 200]);
  });

  it('keeps good snapshots apart from those whose manifest does not read', async () => {
    for (const t of [4, 5, 6]) {
      await sealFiles(snapshots, { a: blockOf(2) }, { seal: sealAt(t) });
    }
    const bad = `${folder}snapshots/${sealAt(5).id}.json`;
    await writeFile(join(root, bad), '{"format":1}');
    const { snapshots: good, damaged } = await snapshots.catalogue();
    expect(good.map(({ ts }) => ts.t)).toEqual([4, 6]);
    expect(damaged.map(({ error }) => error)).toEqual([failure('REPOSITORY-10001', bad)]);
    await expect(snapshots.read(sealAt(5).id)).rejects.toEqual(failure('REPOSITORY-10001', bad));
    await expect(snapshots.read(sealAt(9).id)).rejects.toEqual(failure('REPOSITORY-10002', sealAt(9).id));
  });

  it('is not called damaged because the store does not answer', async () => {
    await sealFiles(snapshots, { a: blockOf(2) });
    store.before = (verb) => {
      if (verb === 'read') {
        throw new Error('the store is gone');
      }
    };
    await expect(snapshots.catalogue()).rejects.toThrow('the store is gone');
  });

  it('has the position of its id', async () => {
    const seal = { ...sealAt(5), position: position(6) };
    await expect(sealFiles(snapshots, { a: blockOf(2) }, { seal })).rejects.toEqual(
      failure('REPOSITORY-90001', 'position'),
    );
  });
});
