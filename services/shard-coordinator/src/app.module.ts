import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { agentKeyPrefix, agentState, captureKeyPrefix, captureState, topicsOf } from '@headwater/contracts';
import { EmbeddedBus } from '@headwater/messaging/embedded';
import { Lifecycle, busOptionsOf, followState } from '@headwater/service-kit';
import type { ServiceKit } from '@headwater/service-kit';
import type { ShardCoordinatorConfig } from './config.js';
import { Deployments } from './deployments/deployments.js';
import { DeploymentsController } from './deployments/deployments.controller.js';

@Module({})
export class AppModule {
  static async compose(
    this: void,
    { config, logger }: ServiceKit<ShardCoordinatorConfig>,
  ): Promise<DynamicModule> {
    const bus = await EmbeddedBus.open(config.busFile, busOptionsOf(config, logger));
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
