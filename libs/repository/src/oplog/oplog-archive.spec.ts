import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DirectoryStore } from '@headwater/object-store/directory';
import type { OplogArchive, SliceRef } from '../index.js';
import { Repository } from '../index.js';
import { collect, entryAt, failure, position } from '../spec-support/oplog-fixture.js';
import { WatchedStore } from '../spec-support/watched-store.js';

const chain = '0000000001.0000000001-0000000001';

describe('an oplog archive', () => {
  let root = '';
  let store: WatchedStore;
  let oplog: OplogArchive;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'headwater-repository-'));
    store = new WatchedStore(await DirectoryStore.open(root));
    oplog = (await Repository.open(store)).deployment('d').replicaSet('rs0').oplog;
  });

  afterEach(async () => {
    await rm(root, { recursive: true });
  });

  /** Entries at the seconds from+1 to to, each of which may have another term or content. */
  const entries = (from: number, to: number, term = 1, content: unknown = null) =>
    Array.from({ length: to - from }, (_, n) => entryAt(position(from + n + 1, 1, term), content));

  const write = (from: number, to: number, term = 1, content: unknown = null): Promise<SliceRef> =>
    oplog.writeSlice(
      chain,
      { from: position(from, 1, term), to: position(to, 1, term) },
      entries(from, to, term, content).map(({ bytes }) => bytes),
    );

  it('gives a slice back as it was written, and tells it from its name alone', async () => {
    const ref = await write(10, 14);
    expect(ref.key).toMatch(
      /^deployments\/d\/rs0\/oplog\/.*\/0000000010\.0000000001-0000000014\.0000000001-[0-9a-f]{16}\.bson\.zst$/,
    );
    const slice = await oplog.readSlice(ref);
    expect(slice.entries).toEqual(entries(10, 14));
    expect(slice.header).toMatchObject({ kind: 'slice', chain, count: 4, encryption: null });
    expect(slice.header.range).toEqual({ from: position(10), to: position(14) });
    expect((await oplog.chain(chain)).slices).toEqual([ref]);
  });

  it('writes the same object for the same entries, and another for others', async () => {
    const first = await write(10, 14);
    expect(await write(10, 14)).toEqual(first);
    expect((await write(10, 14, 2)).key).not.toBe(first.key);
    expect((await write(10, 14, 1, 'other')).key).not.toBe(first.key);
    expect((await oplog.chain(chain)).slices).toHaveLength(3);
  });

  it('makes objects that any zstd tool reads: the raw entries', async () => {
    const ref = await write(10, 14);
    const raw = execFileSync('zstd', ['-d', '-c', join(root, ref.key)]);
    expect(raw.equals(Buffer.concat(entries(10, 14).map(({ bytes }) => bytes)))).toBe(true);
  });

  it('reads the header of a slice without its entries', async () => {
    const ref = await oplog.writeSlice(chain, { from: position(10), to: position(11) }, [
      entryAt(position(11), Buffer.alloc(100_000, 'incompressible?')).bytes,
    ]);
    store.calls.length = 0;
    expect((await oplog.sliceHeader(ref)).range).toEqual({ from: position(10), to: position(11) });
    expect(store.calls).toEqual([{ verb: 'readRange', key: ref.key, length: Math.min(4096, ref.size) }]);
  });

  it.each([
    ['no entry', 10, 10, []],
    ['an entry that is not above from', 11, 12, entries(10, 12)],
    ['a last entry that is not at to', 10, 13, entries(10, 12)],
    ['entries that do not ascend', 10, 12, [...entries(11, 12), ...entries(10, 11), ...entries(11, 12)]],
  ])('refuses to write %s', async (_what, from, to, wrong) => {
    const range = { from: position(from), to: position(to) };
    const bytes = wrong.map((entry) => entry.bytes);
    await expect(oplog.writeSlice(chain, range, bytes)).rejects.toEqual(failure('REPOSITORY-90002'));
    expect((await oplog.chain(chain)).slices).toEqual([]);
  });

  it('lists chains in time order, with what ended them, and passes over what it does not know', async () => {
    const [later, earlier] = ['0000000009.0000000001-0000000002', '0000000002.0000000001-0000000001'];
    await oplog.writeSlice(later, { from: position(8), to: position(9) }, [entryAt(position(9)).bytes]);
    const gap = {
      format: 1,
      from: position(4),
      to: position(8),
      reason: 'r',
      createdAt: '2026-11-24T08:00:00Z',
    } as const;
    const fork = {
      format: 1,
      at: position(4),
      found: null,
      reason: 'r',
      createdAt: '2026-11-24T08:00:00Z',
    } as const;
    expect(await oplog.recordGap(earlier, gap)).toBe('created');
    expect(await oplog.recordGap(earlier, gap)).toBe('exists');
    await oplog.recordFork(earlier, fork);
    await store.create(`deployments/d/rs0/oplog/${earlier}/notes.txt`, Buffer.from('?'));
    expect(await oplog.chains()).toEqual([earlier, later]);
    const listings = await oplog.chainListings();
    expect(listings.map((listing) => listing.chain)).toEqual([earlier, later]);
    expect(listings[0]).toEqual(await oplog.chain(earlier));
    const { slices, ends } = await oplog.chain(earlier);
    expect(slices).toEqual([]);
    expect(ends).toEqual([
      {
        kind: 'gap',
        key: expect.stringMatching(/gap\.json$/) as string,
        from: position(4).ts,
        to: position(8).ts,
      },
      { kind: 'fork', key: expect.stringMatching(/fork\.json$/) as string, at: position(4).ts },
    ]);
    expect(await oplog.readGap(ends[0]?.key ?? '')).toEqual(gap);
    expect(await oplog.readFork(ends[1]?.key ?? '')).toEqual(fork);
  });

  it('has no slices of a chain that it does not know', async () => {
    expect(await oplog.chain(chain)).toEqual({ chain, slices: [], ends: [] });
  });

  it('reads slices ahead, but not far', async () => {
    const refs = [];
    for (let n = 0; n < 8; n += 1) {
      refs.push(await write(n, n + 1));
    }
    store.calls.length = 0;
    const reading = oplog.entries(chain, position(0), position(8).ts);
    await reading.next();
    expect(store.keys('read').length).toBeGreaterThan(1);
    expect(store.keys('read').length).toBeLessThan(4);
    await reading.return(undefined);
  });

  it('does not take a header that says something else than it said when it was written', async () => {
    const ref = await write(0, 2);
    const bytes = await readFile(join(root, ref.key));
    bytes.write('"term":7', bytes.indexOf('"term":1'));
    await writeFile(join(root, ref.key), bytes);
    await expect(oplog.sliceHeader(ref)).rejects.toEqual(failure('REPOSITORY-10001', ref.key));
    await expect(oplog.readSlice(ref)).rejects.toEqual(failure('REPOSITORY-10001', ref.key));
  });

  it('names the slice that is damaged or missing', async () => {
    const [first, second] = [await write(0, 2), await write(2, 4)];
    const read = () => collect(oplog.entries(chain, position(0), position(4).ts));
    const whole = await readFile(join(root, second.key));
    await writeFile(join(root, second.key), whole.subarray(0, -1));
    await expect(read()).rejects.toEqual(failure('REPOSITORY-10001', second.key));
    await expect(oplog.sliceHeader({ ...second, size: 9_999 })).rejects.toEqual(
      failure('REPOSITORY-10001', second.key),
    );
    await writeFile(join(root, second.key), await readFile(join(root, first.key)));
    await expect(read()).rejects.toEqual(failure('REPOSITORY-10001', second.key));
    await rm(join(root, second.key));
    await expect(oplog.readSlice(second)).rejects.toEqual(failure('REPOSITORY-10002', second.key));
  });
});
