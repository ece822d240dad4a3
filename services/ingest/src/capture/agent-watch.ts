import { agentKeyPrefix, agentState, decodeJsonEvent } from '@headwater/contracts';
import type { MessageBus, Subscription } from '@headwater/messaging';
import type { Logger } from '@headwater/service-kit';
import type { CaptureRegistry } from './capture-registry.js';

export interface AgentWatchOptions {
  readonly bus: MessageBus;
  readonly stateTopic: string;
  readonly registry: CaptureRegistry;
  readonly logger: Logger;
}

/** Follows what agents say of themselves, so that a new replica set gets its first order. */
export async function watchAgents({
  bus,
  stateTopic,
  registry,
  logger,
}: AgentWatchOptions): Promise<Subscription> {
  return bus.watch({
    topic: stateTopic,
    keyPrefix: agentKeyPrefix,
    onValue: async (message) => {
      const state = decodeJsonEvent(agentState, message);
      if (state.ok) {
        await registry.agentSeen(state.value);
      } else if (message.value !== null) {
        logger.warn(
          { logId: 'agent.unreadable', problem: state.problem },
          'the state of an agent cannot be read',
        );
      }
    },
    onError: (error) => {
      logger.error(
        { logId: 'agent.watch', err: error },
        'the state of an agent could not be acted on: trying again',
      );
    },
  });
}
