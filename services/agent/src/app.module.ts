import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { systemClock } from '@headwater/clock';
import { topicsOf } from '@headwater/contracts';
import { EmbeddedBus } from '@headwater/messaging/embedded';
import { ReplicaSetSource } from '@headwater/mongodb';
import { Lifecycle, Publisher } from '@headwater/service-kit';
import type { ServiceKit } from '@headwater/service-kit';
import { AgentMetrics } from './announcing/agent-metrics.js';
import type { AgentConfig } from './config.js';
import { protect } from './protection.js';
import { ReplicaSetAgent } from './replica-set-agent.js';

const kib = 1024;
const mib = 1024 * kib;

/** The reader waits while this many bytes wait for the bus. */
const queueBytes = 16 * mib;

@Module({})
export class AppModule {
  static async compose(
    this: void,
    { config, logger, metrics, readiness }: ServiceKit<AgentConfig>,
  ): Promise<DynamicModule> {
    const clock = systemClock;
    const topics = topicsOf(config.topicPrefix);
    const source = `/headwater/agent/${config.agentId}`;
    const bus = await EmbeddedBus.open(config.busFile);
    const publisher = new Publisher({ bus, topics, clock, source });
    const openSource = (avoid: readonly string[] = []) =>
      ReplicaSetSource.open(config.mongodbUri, { appName: 'headwater-agent', clock, avoid });
    const protection = {
      agentId: config.agentId,
      bus,
      topics,
      publisher,
      source,
      clock,
      logger,
      metrics: new AgentMetrics(metrics),
      limits: { batchBytes: config.batchMaxKib * kib, batchAgeMillis: config.batchMaxAgeMillis, queueBytes },
      partBytes: config.partMib * mib,
      windowBytes: config.windowMib * mib,
      openSource,
    };
    const agent = new ReplicaSetAgent({
      deployment: config.deployment ?? null,
      bus,
      topics,
      clock,
      logger,
      openSource,
      activate: (protects) => protect(protection, protects),
    });
    readiness.register('source', () => (agent.unreachable === null ? 'ok' : { reason: agent.unreachable }));
    return {
      module: AppModule,
      providers: [
        {
          provide: Lifecycle,
          useValue: new Lifecycle({
            start: () => {
              agent.start();
            },
            drain: () => agent.stop(),
            close: () => bus.close(),
          }),
        },
      ],
    };
  }
}
