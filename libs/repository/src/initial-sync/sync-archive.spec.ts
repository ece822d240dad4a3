import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DirectoryStore } from '@headwater/object-store/directory';
import { sha256Of } from '../encoding/sha256.js';
import type { ReplicaSetRepository, SyncArchive, SyncBegun, SyncComplete } from '../index.js';
import { Repository } from '../index.js';
import { collect, failure, position } from '../spec-support/oplog-fixture.js';

const begun: SyncBegun = {
  format: 1,
  syncId: 's1',
  attempt: 'a1',
  chain: 'c',
  replicaSetId: 'a'.repeat(24),
  beginFetching: position(1),
  beginApplying: position(2),
  member: 'db1:27017',
  serverVersion: '6.0.5',
  fcv: '6.0',
  epoch: 1,
};

const payloads = ['one', 'two', 'three'].map((text) => Buffer.from(text.repeat(1_000)));
const complete: SyncComplete = {
  ...begun,
  stop: position(9),
  parts: payloads.map((payload, n) => ({ n: n + 1, sha256: sha256Of(payload), bytes: payload.length })),
  documents: 3,
  bytes: 11_000,
};

describe('a sync archive', () => {
  let root = '';
  let set: ReplicaSetRepository;
  let sync: SyncArchive;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'headwater-repository-'));
    set = (await Repository.open(await DirectoryStore.open(root))).deployment('d').replicaSet('rs0');
    sync = set.sync('s1');
  });

  afterEach(async () => {
    await rm(root, { recursive: true });
  });

  const write = (n: number) => {
    const payload = payloads[n - 1] ?? Buffer.alloc(0);
    return sync.writePart(n, payload, sha256Of(payload));
  };

  it('begins once, and ends once', async () => {
    expect(await sync.begun()).toBeNull();
    expect(await sync.begin(begun)).toBe('created');
    expect(await sync.begin({ ...begun, member: 'db2:27017' })).toBe('exists');
    expect(await sync.begun()).toEqual(begun);
    for (const n of [1, 2, 3]) {
      await write(n);
    }
    expect(await sync.complete()).toBeNull();
    expect(await sync.finish(complete)).toBe('created');
    expect(await sync.finish(complete)).toBe('exists');
    expect(await sync.complete()).toEqual(complete);
    expect(await set.syncs()).toEqual(['s1']);
  });

  it('counts the parts that are there without a hole', async () => {
    expect(await sync.archivedParts()).toBe(0);
    await write(2);
    expect(await sync.archivedParts()).toBe(0);
    await write(1);
    expect(await sync.archivedParts()).toBe(2);
    await write(3);
    expect(await sync.archivedParts()).toBe(3);
  });

  it('gives parts and their hashes back', async () => {
    const refs = [await write(1), await write(2), await write(3)];
    expect(await sync.parts()).toEqual(refs);
    expect(await Promise.all(refs.map((ref) => sync.partHash(ref)))).toEqual(payloads.map(sha256Of));
    expect(await sync.readPart(2)).toEqual(payloads[1]);
    expect(await collect(sync.payloads(complete))).toEqual(payloads);
  });

  it('takes the same part again, and no other under its number', async () => {
    expect(await write(1)).toEqual(await write(1));
    const other = Buffer.from('other');
    await expect(sync.writePart(1, other, sha256Of(other))).rejects.toEqual(
      failure('REPOSITORY-10006', '0000000001'),
    );
  });

  it('takes no part that does not have the hash of its sender', async () => {
    await expect(sync.writePart(1, Buffer.from('x'), sha256Of('y'))).rejects.toEqual(
      failure('REPOSITORY-10010'),
    );
    expect(await sync.archivedParts()).toBe(0);
  });

  it('does not end before every part is archived', async () => {
    await write(1);
    await write(3);
    await expect(sync.finish(complete)).rejects.toEqual(failure('REPOSITORY-10007'));
    expect(await sync.complete()).toBeNull();
  });

  it('names the part that is damaged, missing, or another one', async () => {
    const [first, second] = [await write(1), await write(2)];
    const bytes = await readFile(join(root, second.key));
    await writeFile(join(root, second.key), await readFile(join(root, first.key)));
    await expect(sync.readPart(2)).rejects.toEqual(failure('REPOSITORY-10001', second.key));
    await expect(sync.partHash(second)).rejects.toEqual(failure('REPOSITORY-10001', second.key));
    await writeFile(join(root, second.key), bytes.subarray(0, -1));
    await expect(sync.readPart(2)).rejects.toEqual(failure('REPOSITORY-10001', second.key));
    await writeFile(join(root, second.key), bytes);
    const wrong = { parts: [{ n: 1, sha256: sha256Of('x'), bytes: 1 }] };
    await expect(collect(sync.payloads(wrong))).rejects.toEqual(failure('REPOSITORY-10001', first.key));
    await rm(join(root, second.key));
    await expect(sync.readPart(2)).rejects.toEqual(failure('REPOSITORY-10002', second.key));
  });
});
