import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { systemClock } from '@headwater/clock';
import { topicsOf } from '@headwater/contracts';
import { openBus } from '@headwater/messaging/opening';
import { Lifecycle, portSurroundings } from '@headwater/service-kit';
import type { ServiceKit } from '@headwater/service-kit';
import { ReplicaSetsController } from './api/replica-sets.controller.js';
import type { AlertingConfig } from './config.js';
import { foldStates } from './projections/fold.js';
import { ReplicaSets } from './projections/replica-sets.js';

@Module({})
export class AppModule {
  static async compose(this: void, kit: ServiceKit<AlertingConfig>): Promise<DynamicModule> {
    const { config, logger } = kit;
    const bus = await openBus(config, portSurroundings(kit, systemClock));
    const following = { bus, stateTopic: topicsOf(config.topicPrefix).state, logger };
    const replicaSets = new ReplicaSets(systemClock);
    const lifecycle = new Lifecycle({
      start: () => foldStates(following, replicaSets),
      close: () => bus.close(),
    });
    return {
      module: AppModule,
      controllers: [ReplicaSetsController],
      providers: [
        { provide: ReplicaSets, useValue: replicaSets },
        { provide: Lifecycle, useValue: lifecycle },
      ],
    };
  }
}
