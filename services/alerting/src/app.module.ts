import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { systemClock } from '@headwater/clock';
import { topicsOf } from '@headwater/contracts';
import { openBus } from '@headwater/messaging/opening';
import { Lifecycle, portSurroundings } from '@headwater/service-kit';
import type { ServiceKit } from '@headwater/service-kit';
import { EventsController } from './api/events.controller.js';
import { ReplicaSetsController } from './api/replica-sets.controller.js';
import type { AlertingConfig } from './config.js';
import { EventReader } from './projections/event-reader.js';
import { foldStates } from './projections/fold.js';
import { showHealth } from './projections/health-metrics.js';
import { RecentEvents } from './projections/recent-events.js';
import { ReplicaSets } from './projections/replica-sets.js';

const keptEvents = 1000;

@Module({})
export class AppModule {
  static async compose(this: void, kit: ServiceKit<AlertingConfig>): Promise<DynamicModule> {
    const { config, logger, metrics, readiness } = kit;
    const bus = await openBus(config, portSurroundings(kit, systemClock));
    const topics = topicsOf(config.topicPrefix);
    const replicaSets = new ReplicaSets(systemClock);
    showHealth(metrics, replicaSets);
    const reader = new EventReader({
      bus,
      eventsTopic: topics.events,
      group: `${config.topicPrefix}.alerting`,
      events: new RecentEvents(keptEvents),
      logger,
    });
    readiness.register('events', () => reader.state);
    const lifecycle = new Lifecycle({
      start: async () => {
        await foldStates({ bus, stateTopic: topics.state, logger }, replicaSets);
        await reader.start();
      },
      drain: () => reader.stop(),
      close: () => bus.close(),
    });
    return {
      module: AppModule,
      controllers: [ReplicaSetsController, EventsController],
      providers: [
        { provide: ReplicaSets, useValue: replicaSets },
        { provide: EventReader, useValue: reader },
        { provide: Lifecycle, useValue: lifecycle },
      ],
    };
  }
}
