import { createHash } from 'node:crypto';
import type { RestoreTarget } from '@headwater/contracts';
import { DirectoryStore } from '@headwater/object-store/directory';
import { readPosition } from '@headwater/oplog';
import type { Position } from '@headwater/oplog';
import { Repository, snapshotId } from '@headwater/repository';
import type { Manifest, ReplicaSetRepository, SyncBegun } from '@headwater/repository';
import { temporaryDirectory } from '@headwater/testing';
import type { TemporaryDirectory } from '@headwater/testing';
import { entryAt } from '../spec-support/oplog.js';
import { Catalogue } from './catalogue.js';
import { Planner } from './planner.js';

const chain = '0000000100.0000000001-0000000001';
const laterChain = '0000000200.0000000001-0000000002';
const at = (t: number): Position => ({ ts: { t, i: 1 }, term: 1 });
const entry = (t: number): Buffer => entryAt(at(t));

describe('a planner', () => {
  let home: TemporaryDirectory;
  let archive: ReplicaSetRepository;
  let planner: Planner;
  let store: DirectoryStore;

  beforeEach(async () => {
    home = await temporaryDirectory('headwater-planner-');
    store = await DirectoryStore.open(home.path);
    const repository = await Repository.open(store);
    await repository.deployment('d').bind({
      ...{ format: 1, deployment: 'd', kind: 'replica-set', replicaSetId: 'x' },
      boundAt: '2026-11-24T08:00:00Z',
    });
    archive = repository.deployment('d').replicaSet('rs0');
    planner = new Planner(new Catalogue(repository));
  });
  afterEach(() => home.remove());

  const seal = async (t: number, on = chain): Promise<Manifest> => {
    const writer = archive.snapshots.writer(null);
    await writer.addFile({ path: 'WiredTiger', size: 1000, mode: 0o600 }, [Buffer.alloc(1000, t % 256)]);
    return writer.finish({
      ...{ id: snapshotId({ t, i: 1 }, '00000000'), replicaSetId: 'x', chain: on, position: at(t) },
      ...{ serverVersion: '6.0.5', fcv: '6.0', createdAt: '2026-11-24T08:00:00Z' },
    });
  };
  const slice = (from: number, times: readonly number[], on = chain) =>
    archive.oplog.writeSlice(on, { from: at(from), to: at(times.at(-1) ?? from) }, times.map(entry));
  /** A complete initial sync of one part. Resolves with the key of the part. */
  const copy = async (id: string, begin: number, stop: number): Promise<string> => {
    const sync = archive.sync(id);
    const payload = Buffer.from('payload');
    const sha256 = createHash('sha256').update(payload).digest('hex');
    const begun: SyncBegun = {
      ...{ format: 1, syncId: id, attempt: 'a', chain, replicaSetId: 'x', member: 'db1:27017', epoch: 1 },
      ...{ beginFetching: at(begin), beginApplying: at(begin), serverVersion: '6.0.5', fcv: '6.0' },
    };
    await sync.begin(begun);
    const { key } = await sync.writePart(1, payload, sha256);
    const parts = [{ n: 1, sha256, bytes: payload.length }];
    await sync.finish({ ...begun, stop: at(stop), parts, documents: 1, bytes: payload.length });
    return key;
  };
  const planTo = (target: RestoreTarget) =>
    planner.plan({ deploymentId: 'd', target, delivery: { kind: 'directory', path: '/x' } });
  const planAt = (t: number) => planTo({ kind: 'timestamp', t, i: 1 });
  const losePack = async ({ packs }: Manifest): Promise<string> => {
    const key = `deployments/d/rs0/packs/${packs[0] ?? ''}`;
    await store.remove(key);
    return key;
  };

  it('takes the newest snapshot below, and the slices behind it, with their sizes', async () => {
    expect(readPosition(entry(5))).toEqual(at(5));
    await slice(100, [101, 105]);
    await slice(105, [106, 110]);
    await seal(101);
    const { id } = await seal(105);
    const planned = await planAt(110);
    expect(planned.plan).toMatchObject({ base: { id }, from: at(105), target: { t: 110, i: 1 } });
    expect(planned).toMatchObject({ entries: 2, base: { kind: 'block', manifest: { id, sizeBytes: 1000 } } });
    expect(planned.bytes).toBe(1000 + 2 * (entry(106).length + entry(110).length));
  });

  it('knows what will be restored: the largest entry that is not above the target, in whatever slice it is', async () => {
    await slice(100, [101, 105]);
    await slice(105, [108, 110]);
    await seal(101);
    const cases = [
      [101, 101],
      [103, 101],
      [105, 105],
      [107, 105],
      [109, 108],
      [110, 110],
    ] as const;
    for (const [target, restored] of cases) {
      const { ts } = at(restored);
      expect([target, await planner.restoredTo(await planAt(target))]).toEqual([target, ts]);
    }
  });

  it('begins from a complete initial sync where no block snapshot at its end is whole', async () => {
    await slice(99, [100, 105]);
    const key = await copy('sync-1', 100, 105);
    const { plan, base, bytes } = await planAt(105);
    expect([plan.base.id, base.kind, bytes]).toEqual(['sync-1', 'initial-sync', 2 * 7]);
    const sealed = await seal(105);
    expect((await planAt(105)).plan.base.id).toBe(sealed.id);
    await losePack(sealed);
    expect((await planAt(105)).plan.base.id).toBe('sync-1');
    await store.remove(key);
    await expect(planAt(105)).rejects.toMatchObject({ code: 'REPOSITORY-10002' });
  });

  it('finds what a job that was planned before works with', async () => {
    await slice(100, [101, 105]);
    const { id } = await seal(101);
    await seal(105);
    const plan = { chain, base: { kind: 'block', id } as const, target: at(105).ts, slices: 1 };
    const { base } = await planner.sourceOf({ deploymentId: 'd', plan });
    expect(base).toMatchObject({ kind: 'block', manifest: { id } });
  });

  it('does without a base that lacks an object where another one leads to the same moment', async () => {
    await slice(100, [101, 105]);
    await slice(105, [106, 110]);
    const { id } = await seal(101);
    await losePack(await seal(105));
    const planned = await planTo({ kind: 'latest' });
    expect(planned.plan).toMatchObject({ base: { id }, target: at(110).ts });
  });

  it.each<[string, RestoreTarget]>([
    ['the latest moment', { kind: 'latest' }],
    ['a second', { kind: 'time', time: new Date(205_000).toISOString() }],
  ])(
    'never takes an older chain for %s when the only base of the newest one lacks an object',
    async (_, to) => {
      await slice(100, [101, 300]);
      await seal(101);
      await slice(200, [201, 210], laterChain);
      const key = await losePack(await seal(201, laterChain));
      await expect(planTo(to)).rejects.toMatchObject({
        code: 'REPOSITORY-10002',
        message: expect.stringContaining(key) as string,
      });
    },
  );

  it('never takes an earlier moment when the only base of the newest window lacks an object', async () => {
    await slice(100, [101, 105]);
    await seal(101);
    await slice(107, [108, 110]);
    const key = await losePack(await seal(108));
    await expect(planTo({ kind: 'latest' })).rejects.toThrow(key);
  });
});
