import { hostname } from 'node:os';
import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { systemClock } from '@headwater/clock';
import { topicsOf } from '@headwater/contracts';
import type { MessageBus, Subscription } from '@headwater/messaging';
import { openBus } from '@headwater/messaging/opening';
import type { ObjectStore } from '@headwater/object-store';
import { openStore } from '@headwater/object-store/opening';
import { Repository } from '@headwater/repository';
import { BusTransport, Lifecycle, Publisher, portSurroundings } from '@headwater/service-kit';
import type { ServiceKit } from '@headwater/service-kit';
import { ArchiveMetrics } from './archiving/archive-metrics.js';
import { Intake } from './archiving/intake.js';
import { SliceCloser } from './archiving/slice-closer.js';
import { watchAgents } from './capture/agent-watch.js';
import { CaptureLoader } from './capture/capture-loader.js';
import { CaptureRegistry } from './capture/capture-registry.js';
import type { IngestConfig } from './config.js';
import { BatchIntake } from './continuity/batch-intake.js';
import { ContinuityConsumer } from './continuity/continuity.consumer.js';
import { InitialSyncConsumer } from './initial-sync/initial-sync.consumer.js';
import { SyncIntake } from './initial-sync/sync-intake.js';

const mib = 1024 * 1024;

/** Whatever the store refuses is tried again by who asked: a stop and other replica sets do not wait for it. */
const storeDeadlineMillis = 2000;

/** What the steps share. */
interface Foundation {
  readonly bus: MessageBus;
  readonly store: ObjectStore;
  readonly repository: Repository;
  readonly publisher: Publisher;
  readonly stateTopic: string;
}

@Module({})
export class AppModule {
  static async compose(this: void, kit: ServiceKit<IngestConfig>): Promise<DynamicModule> {
    const { config, logger, metrics, readiness } = kit;
    const foundation = await openFoundation(kit);
    const { repository, bus, publisher, stateTopic } = foundation;
    const archiveMetrics = new ArchiveMetrics(metrics);
    const loader = new CaptureLoader({
      repository,
      bus,
      stateTopic,
      publisher,
      capture: { clock: systemClock, metrics: archiveMetrics, logger },
    });
    const registry = new CaptureRegistry({ repository, loader, publisher, clock: systemClock, logger });
    const closer = new SliceCloser({
      registry,
      clock: systemClock,
      logger,
      maxAgeMillis: config.sliceMaxAgeSeconds * 1000,
      bufferBytes: config.sliceBufferMib * mib,
    });
    const intake = new Intake({ registry, closer, logger });
    const transport = transportOf(kit, bus, intake, registry);
    metrics.gauge({
      name: 'headwater_held_partitions',
      help: 'Partitions of the data topics whose replica sets this ingest has.',
      collect: (gauge) => {
        gauge.set(registry.heldPartitions);
      },
    });
    readiness.register('archive', () => closer.health);
    readiness.register('replica-sets', () => registry.health);
    const sliceMaxBytes = config.sliceMaxMib * mib;
    return {
      module: AppModule,
      controllers: [ContinuityConsumer, InitialSyncConsumer],
      providers: [
        { provide: Intake, useValue: intake },
        {
          provide: BatchIntake,
          useValue: new BatchIntake({ publisher, logger, sliceMaxBytes }),
        },
        { provide: SyncIntake, useValue: new SyncIntake({ publisher, logger, metrics: archiveMetrics }) },
        { provide: BusTransport, useValue: transport },
        { provide: Lifecycle, useValue: lifecycleOf(kit, foundation, { registry, closer, transport }) },
      ],
    };
  }
}

async function openFoundation(kit: ServiceKit<IngestConfig>): Promise<Foundation> {
  const { config } = kit;
  const surroundings = portSurroundings(kit, systemClock);
  const topics = topicsOf(config.topicPrefix);
  const bus = await openBus(config, surroundings);
  const store = await openStore(config, { ...surroundings, storeDeadlineMillis });
  const repository = await Repository.open(store);
  const source = `/headwater/ingest/${hostname()}`;
  const publisher = new Publisher({ bus, topics, clock: systemClock, source });
  return { bus, store, repository, publisher, stateTopic: topics.state };
}

function transportOf(
  { config, logger }: ServiceKit<IngestConfig>,
  bus: MessageBus,
  intake: Intake,
  registry: CaptureRegistry,
): BusTransport {
  return new BusTransport({
    bus,
    group: `${config.topicPrefix}.ingest`,
    sharing: 'by-partition',
    logger,
    topicPrefix: config.topicPrefix,
    onAssigned: async (assignment) => {
      intake.forget(assignment);
      await registry.assign(assignment);
    },
    onRevoked: async (assignment) => {
      await registry.release(assignment);
      intake.forget(assignment);
    },
  });
}

function lifecycleOf(
  { logger }: ServiceKit<IngestConfig>,
  { bus, store, stateTopic }: Foundation,
  steps: {
    readonly registry: CaptureRegistry;
    readonly closer: SliceCloser;
    readonly transport: BusTransport;
  },
): Lifecycle {
  const { registry, closer, transport } = steps;
  let agents: Subscription | null = null;
  return new Lifecycle({
    start: async () => {
      closer.start();
      agents = await watchAgents({ bus, stateTopic, registry, logger });
    },
    drain: async () => {
      await agents?.stop();
      await transport.stopIntake();
      await closer.stop();
      await closer.flush();
    },
    close: async () => {
      await bus.close();
      await store.close();
    },
  });
}
