import { ManualClock } from '@headwater/clock';
import { captureKey, replicaSetKey, topicsOf } from '@headwater/contracts';
import { FaultPlan } from '@headwater/faults';
import { EmbeddedBus } from '@headwater/messaging/embedded';
import { DirectoryStore } from '@headwater/object-store/directory';
import { FaultyStore } from '@headwater/object-store/faulty';
import { chainId } from '@headwater/oplog';
import { Repository } from '@headwater/repository';
import type { SyncBegun } from '@headwater/repository';
import { createLogger, Metrics, Publisher } from '@headwater/service-kit';
import { agentStateOf, temporaryDirectory } from '@headwater/testing';
import type { TemporaryDirectory } from '@headwater/testing';
import { ArchiveMetrics } from '../archiving/archive-metrics.js';
import { heldAssignment } from '../spec-support/held-assignment.js';
import type { HeldAssignment } from '../spec-support/held-assignment.js';
import { at, entriesOf } from '../spec-support/scripted-agent.js';
import { newSyncOrder, syncIdOf } from './capture.js';
import { CaptureLoader } from './capture-loader.js';
import { CaptureRegistry } from './capture-registry.js';
import type { ReplicaSetCapture } from './replica-set-capture.js';

const topics = topicsOf();
const replicaSetId = 'a'.repeat(24);
const agent = agentStateOf({ deployment: 'd', replicaSetId });
const key = replicaSetKey('d', 'rs0');
const syncId = syncIdOf(1);
const chain = chainId(at(1).ts, 1);

describe('a replica set that goes to another ingest', () => {
  let home: TemporaryDirectory;
  let bus: EmbeddedBus;
  let plan: FaultPlan;
  let held: HeldAssignment;
  let registry: CaptureRegistry;
  let settled: number;

  beforeEach(async () => {
    home = await temporaryDirectory('headwater-handing-over-');
    bus = await EmbeddedBus.open(':memory:');
    plan = new FaultPlan();
    settled = 0;
    const clock = new ManualClock();
    const store = new FaultyStore(await DirectoryStore.open(home.path), { plan, clock });
    const repository = await Repository.open(store);
    const logger = createLogger({ service: 'ingest', level: 'silent' });
    const publisher = new Publisher({ bus, topics, clock, source: '/spec' });
    const capture = { clock, logger, metrics: new ArchiveMetrics(new Metrics('ingest')) };
    const loader = new CaptureLoader({ repository, bus, stateTopic: topics.state, publisher, capture });
    registry = new CaptureRegistry({ repository, loader, publisher, clock, logger });
    held = await heldAssignment(bus);
  });
  afterEach(async () => {
    await bus.close();
    await home.remove();
  });

  /** With the entries 1 to 5 in its open slice. */
  async function capturing(): Promise<ReplicaSetCapture> {
    await registry.assign(held.assignment);
    await registry.agentSeen(agent);
    const capture = await registry.of(key);
    if (capture === null) throw new Error('the replica set was never ordered');
    const begun: SyncBegun = {
      ...{ format: 1, syncId, attempt: 'a', chain, epoch: 1, replicaSetId },
      ...{ member: 'h:1', serverVersion: '6.0.5', fcv: '6.0', beginApplying: at(1), beginFetching: at(1) },
    };
    await capture.archive.sync(syncId).begin(begun);
    await capture.syncBegun(begun);
    capture.accept(entriesOf(0, 5), at(5), { settle: () => Promise.resolve(void (settled += 1)) });
    return capture;
  }

  const slicesOf = async (capture: ReplicaSetCapture) => (await capture.archive.oplog.chain(chain)).slices;
  const saidState = async () => (await bus.latest(topics.state, captureKey('d', 'rs0')))?.value?.toString();

  it('goes with everything that was accepted archived, said and committed', async () => {
    const capture = await capturing();
    await registry.release(held.assignment);
    expect(await slicesOf(capture)).toMatchObject([{ to: at(5).ts }]);
    expect(await saidState()).toContain(`"archivedTo":${JSON.stringify(at(5))}`);
    expect(settled).toBe(1);
    expect([registry.all(), registry.heldPartitions]).toEqual([[], 0]);
    await expect(registry.of(key)).rejects.toMatchObject({ code: 'INGEST-10005' });
  });

  it('goes without what the store refuses, of which nothing is committed', async () => {
    const capture = await capturing();
    plan.add({ operation: 'create', kind: 'fail-before', about: '/oplog/', times: 100 });
    await registry.release(held.assignment);
    expect([await slicesOf(capture), settled, registry.all()]).toEqual([[], 0, []]);
    expect(capture.pending).toBe(false);
  });

  it('waits until what is going on for it has ended', async () => {
    const capture = await capturing();
    const going = Promise.withResolvers<undefined>();
    const work = capture.inTurn(() => going.promise);
    let released = false;
    const releasing = registry.release(held.assignment).then(() => (released = true));
    expect(await bus.latest(topics.events, 'nothing')).toBeNull();
    expect([released, registry.all()]).toEqual([false, [capture]]);
    going.resolve(undefined);
    await Promise.all([work, releasing]);
    expect(await slicesOf(capture)).toHaveLength(1);
  });

  it('gets no slice, no epoch and no state from one that has lost it without a word', async () => {
    const capture = await capturing();
    const before = await saidState();
    await held.subscription.stop();
    const refused = { code: 'INGEST-10004' };
    await expect(capture.closeSlice()).rejects.toMatchObject(refused);
    await expect(capture.give(newSyncOrder('no reason'))).rejects.toMatchObject(refused);
    await expect(capture.repeatOrder()).rejects.toMatchObject(refused);
    await expect(
      capture.endChain({ kind: 'fork', at: at(5), found: null, reason: '' }),
    ).rejects.toMatchObject(refused);
    await registry.release(held.assignment);
    expect([await slicesOf(capture), settled, await saidState()]).toEqual([[], 0, before]);
    expect(await capture.archive.epochs.newest()).toMatchObject({ epoch: 1 });
  });

  it('gets its first order from nobody who does not hold it', async () => {
    await registry.agentSeen(agent);
    expect(await saidState()).toBeUndefined();
    await registry.assign(held.assignment);
    expect(await saidState()).toContain('initial-sync');
  });

  it('is read from the listing by one that holds it again', async () => {
    const capture = await capturing();
    await registry.release(held.assignment);
    await registry.assign(held.assignment);
    const again = await registry.of(key);
    expect(again).not.toBe(capture);
    expect(again?.current.archivedTo).toEqual(at(5));
  });
});
