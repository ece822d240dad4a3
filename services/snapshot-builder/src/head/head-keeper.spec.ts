import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ManualClock } from '@headwater/clock';
import { decodeJsonEvent, headKey, headState, topicsOf } from '@headwater/contracts';
import { EmbeddedBus } from '@headwater/messaging/embedded';
import { DirectoryStore } from '@headwater/object-store/directory';
import { RecoveryEngine } from '@headwater/recovery';
import { Repository } from '@headwater/repository';
import type { LogSummary } from '@headwater/repository';
import { createLogger, Publisher } from '@headwater/service-kit';
import { temporaryDirectory } from '@headwater/testing';
import type { TemporaryDirectory } from '@headwater/testing';
import { Sealer } from '../sealing/sealer.js';
import { at, StoredChain } from '../spec-support/stored-chain.js';
import { HeadJournal } from './head-journal.js';
import { HeadKeeper } from './head-keeper.js';

const topics = topicsOf();
const rules = { intervalSeconds: 10, blockIntervalSeconds: 100, maxReplaySeconds: 60 };

describe('the keeper of a head', () => {
  const { signal } = new AbortController();
  let home: TemporaryDirectory;
  let bus: EmbeddedBus;
  let store: DirectoryStore;
  let stored: StoredChain;
  let keeper: HeadKeeper;
  let journal: HeadJournal;
  let clock: ManualClock;

  beforeEach(async () => {
    home = await temporaryDirectory('headwater-keeper-');
    bus = await EmbeddedBus.open(':memory:');
    store = await DirectoryStore.open(join(home.path, 'store'));
    const repository = await Repository.open(store);
    stored = new StoredChain(repository.deployment('d').replicaSet('rs0'));
    keeper = makeKeeper();
  });

  afterEach(async () => {
    await bus.close();
    await store.close();
    await home.remove();
  });

  /** As a process that has just started. There is no mongod: whatever needs one fails. */
  function makeKeeper(): HeadKeeper {
    clock = new ManualClock();
    const logger = createLogger({ service: 'spec', level: 'silent' });
    const publisher = new Publisher({ bus, topics, clock, source: '/spec' });
    journal = new HeadJournal({ deployment: 'd', replicaSet: 'rs0', publisher, clock, logger });
    const mongods = () => Promise.reject(new Error('no mongod here'));
    return new HeadKeeper({
      ...{ archive: stored.archive, directory: join(home.path, 'heads', 'data') },
      ...{ engine: new RecoveryEngine({ mongods, clock }), sealer: new Sealer(clock) },
      ...{ journal, clock, logger, rules },
    });
  }

  const step = (order: 'tail' | 'initial-sync' = 'tail') => keeper.step({ tail: stored.tail, order }, signal);

  /** A step that fails, as the rounds take it. @returns why it failed */
  async function failingStep(): Promise<unknown> {
    try {
      await step();
    } catch (error) {
      keeper.distrust(error);
      return error;
    }
    throw new Error('the step did not fail');
  }

  /** Goes on until nothing is due. */
  async function settle(): Promise<void> {
    while (await step()) {
      // Once more.
    }
  }

  async function logSnapshots(): Promise<LogSummary[]> {
    const { snapshots } = await stored.archive.snapshots.catalogue();
    return snapshots.filter((one) => one.kind === 'log');
  }

  async function published() {
    const message = await bus.latest(topics.state, headKey('d', 'rs0'));
    const state = message === null ? null : decodeJsonEvent(headState, message);
    return state?.ok === true ? state.value : null;
  }

  const headData = () => readFile(join(home.path, 'heads', 'data', 'collection.wt'), 'utf8');

  it('makes a lost head of the newest block snapshot of the chain, and says where it stands', async () => {
    await stored.archiveTo(30);
    await stored.sealBlock(10);
    await stored.sealBlock(30);
    await settle();
    expect(await headData()).toBe('data 30');
    expect(await published()).toMatchObject({ state: 'idle', chain: stored.chain, position: at(30) });

    await rm(join(home.path, 'heads', 'data'), { recursive: true });
    keeper = makeKeeper();
    await settle();
    expect(await headData()).toBe('data 30');
  });

  it('goes to the next older one where objects of the newest are damaged, and names them', async () => {
    await stored.archiveTo(30);
    await stored.sealBlock(10);
    const newest = await stored.sealBlock(30);
    const pack = `deployments/d/rs0/packs/${newest.packs[0] ?? ''}`;
    await store.remove(pack);
    expect(await failingStep()).toMatchObject({
      code: 'BUILDER-10001',
      message: expect.stringMatching(new RegExp(`${newest.id}.*${pack}`)) as string,
    });
    await settle();
    expect(await headData()).toBe('data 10');
    expect(await published()).toMatchObject({ state: 'idle', position: at(10) });
  });

  it('goes back to the initial sync where no block snapshot can be used', async () => {
    await stored.archiveTo(30);
    await stored.finishSync(20);
    const only = await stored.sealBlock(20);
    await store.remove(`deployments/d/rs0/packs/${only.packs[0] ?? ''}`);
    expect(await failingStep()).toMatchObject({ code: 'BUILDER-10001' });
    expect(await failingStep()).toMatchObject({ message: 'no mongod here' });
    expect(await published()).toMatchObject({ state: 'seeding' });
  });

  it('says so when there is nothing to make a head of, and waits while the first copy is made', async () => {
    await stored.archiveTo(30);
    expect(await step('initial-sync')).toBe(false);
    expect(await failingStep()).toMatchObject({ code: 'BUILDER-10002' });
  });

  it('looks at its directory once, and says once that there is no head', async () => {
    await stored.archiveTo(30);
    await step('initial-sync');
    const said = await published();
    expect(said).toMatchObject({ state: 'absent' });
    await clock.advance(1000);
    await step('initial-sync');
    expect(await published()).toEqual(said);
  });

  it('makes a log snapshot at the largest entry of the due second, without a head', async () => {
    await stored.archiveTo(30);
    const base = await stored.sealBlock(5);
    expect(await step()).toBe(true);
    // 25 is two intervals after 5, and 30 proves that nothing more comes at 25.
    const [log, ...others] = await logSnapshots();
    expect(others).toEqual([]);
    expect(log).toMatchObject({
      position: at(25),
      base: { snapshotId: base.id, position: at(5) },
      oplog: { entries: 20 },
      sizeBytes: base.sizeBytes,
    });
    await expect(headData()).rejects.toThrow('ENOENT');
  });

  it('counts on from the newest log snapshot, and makes none where nothing is due or new', async () => {
    await stored.archiveTo(30);
    await stored.sealBlock(5);
    await settle();
    await stored.archiveTo(36);
    keeper = makeKeeper();
    await settle();
    const logs = await logSnapshots();
    expect(logs.map(({ position, oplog }) => [position, oplog.entries])).toEqual([
      [at(25), 20],
      [at(35), 30],
    ]);
    await stored.archiveTo(45);
    await settle();
    expect(await logSnapshots()).toHaveLength(2);
  });

  it('makes log snapshots while the head is broken, also when a block one is due', async () => {
    await stored.archiveTo(140);
    await stored.sealBlock(5);
    expect(await step()).toBe(true);
    const failure = await failingStep();
    expect(failure).toMatchObject({ message: 'no mongod here' });
    await journal.failed(failure);
    expect(await logSnapshots()).toEqual([]);
    expect(await step()).toBe(true);
    expect((await logSnapshots()).map(({ position }) => position)).toEqual([at(135)]);

    // The block snapshot is tried again with the next one that is due; until it is there, the head is said to be broken.
    expect(await step()).toBe(false);
    expect(await published()).toMatchObject({ state: 'broken', reason: 'no mongod here', position: at(5) });
    await stored.archiveTo(150);
    expect(await failingStep()).toMatchObject({ message: 'no mongod here' });
    await step();
    expect(await logSnapshots()).toHaveLength(2);
  });

  it('makes no snapshot over a hole', async () => {
    await stored.archiveTo(30);
    await stored.sealBlock(5);
    const { slices } = await stored.archive.oplog.chain(stored.chain);
    await store.remove(slices[3]?.key ?? '');
    expect(await failingStep()).toMatchObject({ code: 'REPOSITORY-10003' });
    expect(await logSnapshots()).toEqual([]);
  });

  it('makes no snapshot over a hole that came below the newest log snapshot', async () => {
    await stored.archiveTo(30);
    await stored.sealBlock(5);
    await settle();
    const { slices } = await stored.archive.oplog.chain(stored.chain);
    await store.remove(slices[3]?.key ?? '');
    await stored.archiveTo(36);
    expect(await failingStep()).toMatchObject({ code: 'REPOSITORY-10003' });
    expect(await logSnapshots()).toHaveLength(1);
  });
});
