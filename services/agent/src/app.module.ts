import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { systemClock } from '@headwater/clock';
import { topicsOf } from '@headwater/contracts';
import { openBus } from '@headwater/messaging/opening';
import { ReplicaSetSource } from '@headwater/mongodb';
import { Lifecycle, Publisher, portSurroundings } from '@headwater/service-kit';
import type { ReadinessResult, ServiceKit } from '@headwater/service-kit';
import { AgentMetrics } from './announcing/agent-metrics.js';
import type { AgentConfig } from './config.js';
import { protect } from './protection.js';
import { ReplicaSetAgent } from './replica-set-agent.js';
import type { OpenSource } from './source/source-opening.js';
import { SourceTrouble } from './source/source-trouble.js';
import { tailLimits } from './tailing/tail-limits.js';

const kib = 1024;
const mib = 1024 * kib;

/** The reader waits while this many bytes wait for the bus. */
const queueBytes = 16 * mib;
/** Entries gather at the source, which saves round trips; the rest of a batch's age they wait here, in milliseconds. */
const longestGatherMillis = 1000;
/** Nothing that an agent reads from the bus is urgent, and looking costs CPU: in milliseconds. */
const busPollMillis = 100;

@Module({})
export class AppModule {
  static async compose(this: void, kit: ServiceKit<AgentConfig>): Promise<DynamicModule> {
    const { config, logger, metrics, readiness } = kit;
    const clock = systemClock;
    const topics = topicsOf(config.topicPrefix);
    const source = `/headwater/agent/${config.agentId}`;
    const bus = await openBus(config, {
      ...portSurroundings(kit, clock),
      // Nothing can go before another service has read it: upkeep is left to those, and its cost with it.
      upkeep: false,
      pollMillis: busPollMillis,
    });
    const publisher = new Publisher({ bus, topics, clock, source });
    const trouble = new SourceTrouble();
    const gatherMillis = Math.min(config.batchMaxAgeMillis, longestGatherMillis);
    const openSource: OpenSource = (options) =>
      ReplicaSetSource.open(config.mongodbUri, {
        appName: 'headwater-agent',
        clock,
        gatherMillis,
        ...options,
      });
    const shared = { bus, topics, publisher, clock, logger, trouble, openSource };
    const protection = {
      ...shared,
      agentId: config.agentId,
      source,
      metrics: new AgentMetrics(metrics),
      queueLimits: {
        batchBytes: config.batchMaxKib * kib,
        batchAgeMillis: config.batchMaxAgeMillis - gatherMillis,
        queueBytes,
      },
      tailLimits,
      partBytes: config.partMib * mib,
      windowBytes: config.windowMib * mib,
    };
    const agent = new ReplicaSetAgent({
      ...shared,
      deployment: config.deployment ?? null,
      topicPrefix: config.topicPrefix,
      activate: (protects) => protect(protection, protects),
    });
    readiness.register('source', () => unless(trouble.lost));
    readiness.register('deployment', () => unless(agent.refusal));
    const lifecycle = new Lifecycle({
      start: () => {
        agent.start();
      },
      drain: () => agent.stop(),
      close: () => bus.close(),
    });
    return { module: AppModule, providers: [{ provide: Lifecycle, useValue: lifecycle }] };
  }
}

function unless(reason: string | null): ReadinessResult {
  return reason === null ? 'ok' : { reason };
}
