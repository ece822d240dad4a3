import { ManualClock } from '@headwater/clock';
import { encodeOplogBatch, decodeCloudEvent, replicaSetKey, topicsOf } from '@headwater/contracts';
import { isRetryable } from '@headwater/errors';
import { FaultPlan } from '@headwater/faults';
import type { ScriptedFault } from '@headwater/faults';
import { EmbeddedBus } from '@headwater/messaging/embedded';
import { FaultyBus } from '@headwater/messaging/faulty';
import { DirectoryStore } from '@headwater/object-store/directory';
import { FaultyStore } from '@headwater/object-store/faulty';
import { chainId, frameBatch, previousTimestamp } from '@headwater/oplog';
import type { RawEntry } from '@headwater/oplog';
import { Repository } from '@headwater/repository';
import { createLogger, Metrics, Publisher } from '@headwater/service-kit';
import { agentStateOf, temporaryDirectory } from '@headwater/testing';
import type { TemporaryDirectory } from '@headwater/testing';
import { ArchiveMetrics } from '../archiving/archive-metrics.js';
import { BatchIntake } from '../continuity/batch-intake.js';
import { heldAssignment } from '../spec-support/held-assignment.js';
import { at, entriesOf, entry } from '../spec-support/scripted-agent.js';
import { CaptureLoader } from './capture-loader.js';
import { CaptureRegistry } from './capture-registry.js';
import type { ReplicaSetCapture } from './replica-set-capture.js';

const topics = topicsOf();
const replicaSetId = 'a'.repeat(24);
const agent = agentStateOf({ deployment: 'd', replicaSetId });
const chain = chainId(at(1).ts, 1);

describe('ingest, refused by the store or the bus', () => {
  let home: TemporaryDirectory;
  let bus: EmbeddedBus;
  /** Of both ports: they have no operation in common. */
  let plan: FaultPlan;
  let registry: CaptureRegistry;
  let intake: BatchIntake;
  let events: string[];
  let settled: number;

  beforeEach(async () => {
    home = await temporaryDirectory('headwater-refusals-');
    bus = await EmbeddedBus.open(':memory:');
    const clock = new ManualClock();
    plan = new FaultPlan();
    const faultyBus = new FaultyBus(bus, { plan, clock });
    const faultyStore = new FaultyStore(await DirectoryStore.open(home.path), { plan, clock });
    const logger = createLogger({ service: 'ingest', level: 'silent' });
    const publisher = new Publisher({ bus: faultyBus, topics, clock, source: '/spec' });
    const repository = await Repository.open(faultyStore);
    const capture = { clock, logger, metrics: new ArchiveMetrics(new Metrics('ingest')) };
    const loader = new CaptureLoader({
      repository,
      bus: faultyBus,
      stateTopic: topics.state,
      publisher,
      capture,
    });
    registry = new CaptureRegistry({ repository, loader, publisher, clock, logger });
    intake = new BatchIntake({ publisher, logger, sliceMaxBytes: 1 << 20 });
    events = [];
    settled = 0;
    await bus.consume({
      group: 'spec',
      topics: [topics.events],
      onMessage: (message) => {
        const event = decodeCloudEvent(message);
        events.push(event.ok ? event.value.type : event.problem);
        return Promise.resolve();
      },
    });
    await registry.assign((await heldAssignment(bus)).assignment);
  });

  afterEach(async () => {
    await bus.close();
    await home.remove();
  });

  /** As the bus does: what is refused comes again. */
  async function untilAccepted(work: () => Promise<void>): Promise<void> {
    for (let tries = 0; tries < 5; tries += 1) {
      try {
        await work();
        return;
      } catch (error) {
        expect(isRetryable(error)).toBe(true);
      }
    }
    throw new Error('never accepted');
  }

  async function captured(): Promise<ReplicaSetCapture> {
    await registry.agentSeen(agent);
    const capture = await registry.of(replicaSetKey('d', 'rs0'));
    if (capture === null) {
      throw new Error('the replica set was never ordered');
    }
    return capture;
  }

  /** A chain with the entries 1 to 5 in the store. */
  async function archived(): Promise<ReplicaSetCapture> {
    const capture = await captured();
    const begun = { replicaSetId, member: 'h:1', serverVersion: '6.0.5', fcv: '6.0', beginApplying: at(1) };
    await capture.syncBegun({
      format: 1,
      syncId: '1',
      attempt: 'a',
      chain,
      epoch: 1,
      beginFetching: at(1),
      ...begun,
    });
    await take(capture, entriesOf(0, 5));
    await capture.closeSlice();
    return capture;
  }

  async function take(
    capture: ReplicaSetCapture,
    entries: readonly RawEntry[],
    epoch = capture.current.epoch,
  ) {
    const first = entries[0]?.position ?? at(0);
    const before = first.ts.t === at(1).ts.t ? previousTimestamp(first.ts) : { t: first.ts.t - 1, i: 1 };
    const { header, bytes } = frameBatch({ ts: before, term: first.term }, entries);
    const meta = { deployment: 'd', replicaSet: 'rs0', replicaSetId, epoch, chain, ...header.range };
    const message = encodeOplogBatch({ ...meta, count: header.count, sha256: header.sha256 }, bytes, {
      source: '/spec',
      time: new Date(0),
    });
    const event = decodeCloudEvent(message);
    if (!event.ok) {
      throw new Error(event.problem);
    }
    const ticket = { settle: () => Promise.resolve(void (settled += 1)) };
    await untilAccepted(() => intake.take(capture, event.value, ticket));
  }

  const refuse = (
    operation: 'create' | 'produce',
    about: string,
    kind: ScriptedFault['kind'] = 'fail-before',
  ) => {
    plan.add({ operation, kind, about });
  };

  it.each(['fail-before', 'fail-after'] as const)('gives the first order all the same (%s)', async (kind) => {
    refuse('create', '/epochs/', kind);
    await registry.agentSeen(agent);
    expect((await captured()).current).toMatchObject({ order: 'initial-sync', epoch: 1 });
  });

  it('rewinds once for one refusal, and does not hold', async () => {
    const capture = await archived();
    refuse('create', '/epochs/');
    refuse('create', '/epochs/');
    await take(capture, entriesOf(7, 9));
    expect(capture.current).toMatchObject({ order: 'initial-sync', epoch: 2 });
  });

  it.each(['.fork.json', ''])(
    'never swallows a fork (refused: the object "%s", or the event)',
    async (about) => {
      const capture = await archived();
      await take(capture, entriesOf(5, 8));
      if (about === '') refuse('produce', topics.events);
      else refuse('create', about);
      await take(capture, [entry(7, 'another'), entry(8), entry(9)]);
      expect(capture.current).toMatchObject({ order: 'initial-sync', chain: null, epoch: 2 });
      expect((await capture.archive.oplog.chain(chain)).ends).toHaveLength(1);
      expect(events).toContain('io.headwater.oplog.fork-recorded.v1');
    },
  );

  it('says every rewind, also when the bus refuses the event or the order', async () => {
    const capture = await archived();
    refuse('produce', topics.events);
    refuse('produce', topics.state);
    await take(capture, entriesOf(7, 9));
    await capture.closeSlice();
    expect(events).toEqual(
      expect.arrayContaining(['io.headwater.capture.disturbed.v1', 'io.headwater.capture.ordered.v1']),
    );
    expect(await bus.latest(topics.state, 'capture/d/rs0')).not.toBeNull();
    expect(capture.pending).toBe(false);
  });

  it('settles nothing before it is durable, whatever comes twice meanwhile', async () => {
    const capture = await archived();
    const before = settled;
    await take(capture, entriesOf(5, 7));
    await take(capture, entriesOf(5, 7));
    expect(settled).toBe(before);
    refuse('create', '/oplog/');
    await expect(capture.closeSlice()).rejects.toMatchObject({ code: 'STORE-10003' });
    expect(settled).toBe(before);
    await capture.closeSlice();
    expect(settled).toBe(before + 2);
  });
});
