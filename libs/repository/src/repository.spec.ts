import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManualClock } from '@headwater/clock';
import type { ObjectStore } from '@headwater/object-store';
import { DirectoryStore } from '@headwater/object-store/directory';
import type { Epoch, Identity } from './index.js';
import { Repository } from './index.js';
import { failure, position } from './spec-support/oplog-fixture.js';
import { WatchedStore } from './spec-support/watched-store.js';

const identity = (deployment: string, replicaSetId = 'a'.repeat(24)): Identity => ({
  format: 1,
  deployment,
  kind: 'replica-set',
  replicaSetId,
  boundAt: '2026-11-24T08:00:00.000Z',
});

const epoch = (n: number): Epoch => ({
  format: 1,
  epoch: n,
  order: 'tail',
  chain: 'c',
  archivedTo: position(n),
  syncId: null,
  reason: 'spec',
  createdAt: '2026-11-24T08:00:00Z',
});

describe('a repository', () => {
  let root = '';
  let store: ObjectStore;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'headwater-repository-'));
    store = await DirectoryStore.open(root);
  });

  afterEach(async () => {
    await rm(root, { recursive: true });
  });

  it('is made once, and is the same for whoever opens it, also at the same time', async () => {
    const ids = await Promise.all([1, 2, 3].map(async () => (await Repository.open(store)).id));
    expect(new Set([...ids, (await Repository.open(store)).id]).size).toBe(1);
  });

  it('says what the store was found to be when it was made', async () => {
    await Repository.open(store);
    const root: unknown = JSON.parse((await store.read('headwater.json')).toString());
    expect(root).toMatchObject({ store: { kind: 'directory', createOnly: 'by-links' } });
  });

  it('of a newer format is refused', async () => {
    await store.create('headwater.json', Buffer.from('{"format":2,"repositoryId":"x"}'));
    await expect(Repository.open(store)).rejects.toEqual(failure('REPOSITORY-10005', 'format 2'));
  });

  it('that is damaged is refused, never made anew', async () => {
    await store.create('headwater.json', Buffer.from('{"format":1}'));
    await expect(Repository.open(store)).rejects.toEqual(failure('REPOSITORY-10001', 'headwater.json'));
  });

  it('is waited for by who may not make it, and refused when it does not come', async () => {
    const clock = new ManualClock();
    const opened = await new Promise<{ opening: Promise<Repository> }>((waiting) => {
      const opening = Repository.openExisting(store, clock, () => {
        waiting({ opening });
      });
    });
    const { id } = await Repository.open(store);
    await clock.advance(1000);
    expect((await opened.opening).id).toBe(id);

    await store.remove('headwater.json');
    const refused = await new Promise<{ opening: Promise<Repository> }>((waiting) => {
      const opening = Repository.openExisting(store, clock, () => {
        waiting({ opening });
      });
    });
    const outcome = expect(refused.opening).rejects.toEqual(failure('REPOSITORY-10011', 'headwater.json'));
    await clock.advance(60_000);
    await outcome;
    expect(await store.stat('headwater.json')).toBeNull();
  });

  it('lists its deployments and their replica sets, whatever they are called', async () => {
    const repository = await Repository.open(store);
    expect(await repository.deployments()).toEqual([]);
    const names = ['a', 'a-b', 'a.b', 'holds', 'prune', 'identity.json', 'über/unter', '..'];
    for (const name of names) {
      const deployment = repository.deployment(name);
      await deployment.bind(identity(name));
      for (const set of names) {
        await deployment.replicaSet(set).epochs.create(epoch(1));
      }
    }
    expect(new Set(await repository.deployments())).toEqual(new Set(names));
    expect(new Set(await repository.deployment('a').replicaSets())).toEqual(new Set(names));
    expect((await repository.deployments()).slice(-3)).toEqual(['holds', 'identity.json', 'prune']);
  });

  it('needs one short listing for each deployment, not one of all objects', async () => {
    const watched = new WatchedStore(store);
    const repository = await Repository.open(watched);
    for (const name of ['a', 'b']) {
      for (let n = 0; n < 100; n += 1) {
        await store.create(`deployments/${name}/rs0/packs/${n}`, Buffer.from(''));
      }
    }
    expect(await repository.deployments()).toEqual(['a', 'b']);
    expect(watched.keys('list')).toHaveLength(3);
  });

  it('binds a deployment id to the first replica set, for good', async () => {
    const deployment = (await Repository.open(store)).deployment('d');
    expect(await deployment.identity()).toBeNull();
    expect(await deployment.bind(identity('d', 'a'))).toEqual(identity('d', 'a'));
    expect(await deployment.bind(identity('d', 'b'))).toEqual(identity('d', 'a'));
    expect(await deployment.identity()).toEqual(identity('d', 'a'));
  });

  it('lets one of two owners mint an epoch, and knows the newest', async () => {
    const { epochs } = (await Repository.open(store)).deployment('d').replicaSet('rs0');
    expect(await epochs.newest()).toBeNull();
    expect(await Promise.all([epochs.create(epoch(9)), epochs.create(epoch(9))])).toEqual(
      expect.arrayContaining(['created', 'exists']),
    );
    await epochs.create(epoch(10));
    expect(await epochs.newest()).toEqual(epoch(10));
  });
});
