import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { systemClock } from '@headwater/clock';
import { agentKeyPrefix, agentState, captureKeyPrefix, captureState, topicsOf } from '@headwater/contracts';
import { openBus } from '@headwater/messaging/opening';
import { Lifecycle, followState, portSurroundings } from '@headwater/service-kit';
import type { ServiceKit } from '@headwater/service-kit';
import type { ShardCoordinatorConfig } from './config.js';
import { Deployments } from './deployments/deployments.js';
import { DeploymentsController } from './deployments/deployments.controller.js';

@Module({})
export class AppModule {
  static async compose(this: void, kit: ServiceKit<ShardCoordinatorConfig>): Promise<DynamicModule> {
    const { config, logger } = kit;
    const bus = await openBus(config, portSurroundings(kit, systemClock));
    const following = { bus, stateTopic: topicsOf(config.topicPrefix).state, logger };
    const deployments = new Deployments();
    const lifecycle = new Lifecycle({
      start: async () => {
        await followState(following, {
          event: agentState,
          keyPrefix: agentKeyPrefix,
          onState: (_key, state) => {
            deployments.agentSaid(state);
          },
          onGone: (key) => {
            deployments.agentGone(key);
          },
        });
        await followState(following, {
          event: captureState,
          keyPrefix: captureKeyPrefix,
          onState: (_key, state) => {
            deployments.captureSaid(state);
          },
          onGone: (key) => {
            deployments.captureGone(key);
          },
        });
      },
      close: () => bus.close(),
    });
    return {
      module: AppModule,
      controllers: [DeploymentsController],
      providers: [
        { provide: Deployments, useValue: deployments },
        { provide: Lifecycle, useValue: lifecycle },
      ],
    };
  }
}
