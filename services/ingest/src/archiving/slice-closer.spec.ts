import { ManualClock } from '@headwater/clock';
import { replicaSetKey, topicsOf } from '@headwater/contracts';
import type { AgentState } from '@headwater/contracts';
import { EmbeddedBus } from '@headwater/messaging/embedded';
import { DirectoryStore } from '@headwater/object-store/directory';
import { chainId } from '@headwater/oplog';
import { Repository } from '@headwater/repository';
import { createLogger, Metrics, Publisher } from '@headwater/service-kit';
import { agentStateOf, temporaryDirectory } from '@headwater/testing';
import type { TemporaryDirectory } from '@headwater/testing';
import { CaptureLoader } from '../capture/capture-loader.js';
import { CaptureRegistry } from '../capture/capture-registry.js';
import type { ReplicaSetCapture } from '../capture/replica-set-capture.js';
import { heldAssignment } from '../spec-support/held-assignment.js';
import { at, entriesOf } from '../spec-support/scripted-agent.js';
import { ArchiveMetrics } from './archive-metrics.js';
import { SliceCloser } from './slice-closer.js';

const topics = topicsOf();
const chain = chainId(at(1).ts, 1);
const replicaSetIds = { stuck: 'a'.repeat(24), free: 'b'.repeat(24) };
type Name = keyof typeof replicaSetIds;

const agentOf = (name: Name): AgentState =>
  agentStateOf({ agentId: name, deployment: name, replicaSetId: replicaSetIds[name] });

describe('the closing of slices, where the store never answers for one replica set', () => {
  let home: TemporaryDirectory;
  let bus: EmbeddedBus;
  let clock: ManualClock;
  let registry: CaptureRegistry;
  let closer: SliceCloser;
  let hangs: boolean;
  let release: () => void;
  let settled: Name[];

  beforeEach(async () => {
    home = await temporaryDirectory('headwater-closing-');
    bus = await EmbeddedBus.open(':memory:');
    clock = new ManualClock();
    settled = [];
    const logger = createLogger({ service: 'ingest', level: 'silent' });
    const publisher = new Publisher({ bus, topics, clock, source: '/spec' });
    const repository = await Repository.open(await hangingStore());
    const capture = { clock, logger, metrics: new ArchiveMetrics(new Metrics('ingest')) };
    const loader = new CaptureLoader({ repository, bus, stateTopic: topics.state, publisher, capture });
    registry = new CaptureRegistry({ repository, loader, publisher, clock, logger });
    await registry.assign((await heldAssignment(bus)).assignment);
    closer = new SliceCloser({ registry, clock, logger, maxAgeMillis: 1000, bufferBytes: 1 << 20 });
  });

  afterEach(async () => {
    release();
    await bus.close();
    await home.remove();
  });

  async function hangingStore(): Promise<DirectoryStore> {
    const store = await DirectoryStore.open(home.path);
    const create = store.create.bind(store);
    const released = Promise.withResolvers<undefined>();
    hangs = false;
    release = () => {
      released.resolve(undefined);
    };
    store.create = async (key, body) => {
      if (hangs && key.includes('stuck')) await released.promise;
      return create(key, body);
    };
    return store;
  }

  async function captured(name: Name): Promise<ReplicaSetCapture> {
    await registry.agentSeen(agentOf(name));
    const capture = await registry.of(replicaSetKey(name, 'rs0'));
    if (capture === null) throw new Error('the replica set was never ordered');
    await capture.syncBegun({
      ...{ format: 1, syncId: '1', attempt: 'a', chain, epoch: 1, replicaSetId: replicaSetIds[name] },
      ...{ member: 'h:1', serverVersion: '6.0.5', fcv: '6.0', beginApplying: at(1), beginFetching: at(1) },
    });
    return capture;
  }

  function accept(capture: ReplicaSetCapture, name: Name, from: number): void {
    const settle = () => Promise.resolve(void settled.push(name));
    capture.accept(entriesOf(from, from + 5), at(from + 5), { settle });
  }

  async function passed(condition: () => boolean): Promise<void> {
    const deadline = performance.now() + 4000;
    while (!condition()) {
      if (performance.now() > deadline) throw new Error('it waits');
      await clock.advance(100);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  it('goes on for the others, and closes that one once the store answers', async () => {
    const [stuck, free] = [await captured('stuck'), await captured('free')];
    hangs = true;
    accept(stuck, 'stuck', 0);
    accept(free, 'free', 0);
    closer.start();
    await passed(() => settled.length === 1);
    accept(free, 'free', 5);
    await passed(() => settled.length === 2);
    expect(settled).toEqual(['free', 'free']);
    release();
    await passed(() => settled.length === 3);
    await closer.stop();
    expect((await stuck.archive.oplog.chain(chain)).slices).toHaveLength(1);
  });

  it('goes on while one that is to be admitted waits', async () => {
    const free = await captured('free');
    hangs = true;
    const seen = registry.agentSeen(agentOf('stuck'));
    closer.start();
    await clock.advance(10_000);
    accept(free, 'free', 0);
    await passed(() => settled.length === 1);
    release();
    await seen;
    await closer.stop();
  });

  it('stops with the slices of the others archived', async () => {
    const [stuck, free] = [await captured('stuck'), await captured('free')];
    hangs = true;
    accept(stuck, 'stuck', 0);
    accept(free, 'free', 0);
    const flushed = closer.flush();
    await passed(() => settled.length === 1);
    expect(settled).toEqual(['free']);
    release();
    await flushed;
    expect(settled).toEqual(['free', 'stuck']);
  });
});
