import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isHeadwaterError } from '@headwater/errors';
import { DirectoryStore } from '@headwater/object-store/directory';
import fc from 'fast-check';
import { sha256Of } from './encoding/sha256.js';
import { Repository } from './index.js';
import { collect, entryAt, position } from './spec-support/oplog-fixture.js';
import { blockOf, readHashes, sealAt, sealFiles } from './spec-support/snapshot-fixture.js';

const time = '2026-11-24T08:00:00Z';
const chain = 'c';
/** Does not compress, so that a changed byte of the object is a changed byte of the payload. */
const payload = blockOf(1, 2_000);
const damagedOrUnknown = ['REPOSITORY-10001', 'REPOSITORY-10005'];

/** One object of each kind that there is. */
async function fill(store: DirectoryStore): Promise<void> {
  const deployment = (await Repository.open(store)).deployment('d');
  const set = deployment.replicaSet('rs0');
  const replicaSetId = 'a'.repeat(24);
  await deployment.bind({ format: 1, deployment: 'd', kind: 'replica-set', replicaSetId, boundAt: time });
  const order = {
    order: 'tail',
    chain,
    archivedTo: position(4),
    syncId: null,
    reason: 'r',
    createdAt: time,
  } as const;
  await set.epochs.create({ format: 1, epoch: 1, ...order });
  for (const [from, to] of [
    [0, 2],
    [1, 4],
  ] as const) {
    const entries = Array.from(
      { length: to - from },
      (_, n) => entryAt(position(from + n + 1), 'x'.repeat(50)).bytes,
    );
    await set.oplog.writeSlice(chain, { from: position(from), to: position(to) }, entries);
  }
  await set.oplog.recordGap(chain, {
    format: 1,
    from: position(4),
    to: position(9),
    reason: 'r',
    createdAt: time,
  });
  await set.oplog.recordFork(chain, {
    format: 1,
    at: position(4),
    found: position(4, 1, 2),
    reason: 'r',
    createdAt: time,
  });
  const sync = set.sync('s');
  const begun = {
    syncId: 's',
    attempt: 'a',
    chain,
    replicaSetId,
    member: 'm',
    serverVersion: '6.0.5',
    fcv: '6.0',
    epoch: 1,
  };
  const at = { beginFetching: position(1), beginApplying: position(1) };
  await sync.begin({ format: 1, ...begun, ...at });
  await sync.writePart(1, payload, sha256Of(payload));
  const parts = [{ n: 1, sha256: sha256Of(payload), bytes: payload.length }];
  await sync.finish({ format: 1, ...begun, ...at, stop: position(2), parts, documents: 1, bytes: 1 });
  const base = await sealFiles(set.snapshots, {
    a: Buffer.concat([blockOf(2), blockOf(0), blockOf(1, 3_000)]),
    b: Buffer.concat([blockOf(4), blockOf(0), blockOf(3, 3_000)]),
  });
  await set.snapshots.writeLog({
    ...sealAt(9),
    base: { snapshotId: base.id, position: base.position },
    ...{ oplog: { entries: 1, rawBytes: 1 }, sizeBytes: base.sizeBytes },
  });
}

/** All that can be read, as a value that can be compared. */
async function readEverything(store: DirectoryStore): Promise<unknown> {
  const deployment = (await Repository.open(store)).deployment('d');
  const set = deployment.replicaSet('rs0');
  const { slices, ends } = await set.oplog.chain(chain);
  const entries = (await collect(set.oplog.entries(chain, position(0), position(4).ts))).flat();
  const complete = await set.sync('s').complete();
  const { snapshots, damaged } = await set.snapshots.catalogue();
  for (const { error } of damaged) {
    throw error;
  }
  const manifests = await Promise.all(snapshots.map(({ id }) => set.snapshots.open(id)));
  const withFiles = manifests.filter((manifest) => manifest.kind === 'block');
  return {
    identity: await deployment.identity(),
    epoch: await set.epochs.newest(),
    headers: await Promise.all(slices.map((ref) => set.oplog.sliceHeader(ref))),
    entries: sha256Of(Buffer.concat(entries.map(({ bytes }) => bytes))),
    ends: await Promise.all(
      ends.map(({ kind, key }) => (kind === 'gap' ? set.oplog.readGap(key) : set.oplog.readFork(key))),
    ),
    begun: await set.sync('s').begun(),
    complete,
    parts: (await collect(set.sync('s').payloads(complete ?? { parts: [] }))).map(sha256Of),
    manifests,
    files: await Promise.all(withFiles.map((manifest) => readHashes(set.snapshots, manifest))),
  };
}

describe('damage', () => {
  let root = '';
  let store: DirectoryStore;
  let keys: string[] = [];
  let whole: unknown;

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'headwater-repository-'));
    store = await DirectoryStore.open(root);
    await fill(store);
    whole = await readEverything(store);
    keys = (await collect(store.list(''))).map(({ key }) => key);
  });

  afterAll(async () => {
    await rm(root, { recursive: true });
  });

  /** What is read while the object has other bytes: an error's code and message, or that all is as it was. */
  async function readWith(key: string, change: (bytes: Buffer) => Buffer | null): Promise<string[]> {
    const path = join(root, key);
    const bytes = await readFile(path);
    const changed = change(Buffer.from(bytes));
    await (changed === null ? rm(path) : writeFile(path, changed));
    try {
      expect(await readEverything(store)).toEqual(whole);
      return ['the same', ''];
    } catch (error) {
      if (!isHeadwaterError(error)) {
        throw error;
      }
      return [error.code, error.message];
    } finally {
      await writeFile(path, bytes);
    }
  }

  it('has an object of each kind to look at', () => {
    const kinds = keys.map((key) =>
      key.replaceAll(/[0-9a-f]{64}/g, '#').replaceAll(/[0-9.-]{8,}[0-9a-f]*/g, '#'),
    );
    expect(new Set(kinds).size).toBe(12);
  });

  it('of any byte of any object never changes what is read: the object is named, or everything is as it was', async () => {
    let named = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.nat(),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 1, max: 255 }),
        async (n, where, flip) => {
          const key = keys[n % keys.length] ?? '';
          const [code = '', message] = await readWith(key, (bytes) => {
            const at = Math.min(Math.floor(where * bytes.length), bytes.length - 1);
            bytes.writeUInt8(bytes.readUInt8(at) ^ flip, at);
            return bytes;
          });
          if (code !== 'the same') {
            expect(damagedOrUnknown).toContain(code);
            expect(message).toContain(key);
            named += 1;
          }
        },
      ),
      { numRuns: 600 },
    );
    // Single bits of a zstd frame's header mean nothing; hardly ever one of those is hit.
    expect(named).toBeGreaterThan(550);
  }, 120_000);

  it('of the length of any object is named', async () => {
    for (const key of keys) {
      for (const length of [0, 1, -2]) {
        const [code, message] = await readWith(key, (bytes) => bytes.subarray(0, length));
        expect([key, code]).toEqual([key, 'REPOSITORY-10001']);
        expect(message).toContain(key);
      }
    }
  }, 60_000);

  it('of something behind the end of an object is named, or does not matter', async () => {
    for (const key of keys) {
      const [code, message] = await readWith(key, (bytes) => Buffer.concat([bytes, Buffer.from('more')]));
      expect([key, key.includes('/packs/') ? 'the same' : 'REPOSITORY-10001']).toEqual([key, code]);
      expect(message).toContain(code === 'the same' ? '' : key);
    }
  }, 60_000);

  it.each(['packs', 'filemaps', 'parts'])('by loss of an object in %s is named', async (kind) => {
    for (const key of keys.filter((one) => one.includes(`/${kind}/`))) {
      const [code, message] = await readWith(key, () => null);
      expect([key, code]).toEqual([key, 'REPOSITORY-10002']);
      expect(message).toContain(key);
    }
  });

  it('by two objects that changed places is named', async () => {
    for (const kind of ['/oplog/', '/filemaps/']) {
      const [one = '', other = ''] = keys.filter((key) => key.includes(kind));
      const bytes = await readFile(join(root, other));
      const [code, message] = await readWith(one, () => bytes);
      expect([kind, code]).toEqual([kind, 'REPOSITORY-10001']);
      expect(message).toContain(one);
    }
  });
});
