import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DirectoryStore } from '@headwater/object-store/directory';
import { blockBytes, Repository, type Manifest, type SnapshotArchive } from '../index.js';
import { blockOf, sealAt } from '../spec-support/snapshot-fixture.js';
import { blocksPerMap } from './file-map.js';

const zeros = Buffer.alloc(blockBytes);
/** 2 GiB and a piece, nearly all of it zeros; these blocks are not. */
const blocks = 2 * blocksPerMap + 5;
const size = blocks * blockBytes - 1_000;
const written = new Map(
  [0, 8_191, 8_192, 8_193, 16_384, blocks - 1].map((index) => [index, blockOf(index + 1)]),
);

function* content(changed: number): Generator<Buffer, undefined> {
  for (let index = 0; index < blocks; index += 1) {
    const block = index === changed ? blockOf(7) : (written.get(index) ?? zeros);
    yield index === blocks - 1 ? block.subarray(0, -1_000) : block;
  }
  return undefined;
}

async function seal(
  snapshots: SnapshotArchive,
  t: number,
  parent: Manifest | null,
  changed = -1,
): Promise<Manifest> {
  const writer = snapshots.writer(parent);
  await writer.addFile({ path: 'large', size, mode: 0o600 }, content(changed));
  return writer.finish(sealAt(t));
}

describe('a data file of more than one file map', () => {
  let root = '';
  let snapshots: SnapshotArchive;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'headwater-repository-'));
    const store = await DirectoryStore.open(root);
    snapshots = (await Repository.open(store)).deployment('d').replicaSet('rs0').snapshots;
  });

  afterEach(async () => {
    await rm(root, { recursive: true });
  });

  it('is given back block by block, and shares with its parent all maps but those that changed', async () => {
    const parent = await seal(snapshots, 1, null);
    const [file] = parent.files;
    expect(file?.fileMaps).toHaveLength(3);
    const child = await seal(snapshots, 2, parent, 9_000);
    const [changed] = child.files;
    expect(changed?.fileMaps.map((map, n) => map === file?.fileMaps[n])).toEqual([true, false, true]);
    expect(child.storedBytes).toBeLessThan(2 * blockBytes);
    if (changed === undefined) {
      throw new Error('no file');
    }
    const expected = content(9_000);
    let at = 0;
    for await (const { offset, length, bytes } of snapshots.readFile(changed)) {
      const block = expected.next().value ?? zeros;
      expect([offset, length, (bytes ?? zeros.subarray(0, length)).equals(block)]).toEqual([
        at,
        block.length,
        true,
      ]);
      at += length;
    }
    expect(at).toBe(size);
  });
});
