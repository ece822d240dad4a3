import { busSettings, checkBus, parseConfig, serviceSettings } from '@headwater/service-kit';
import { z } from 'zod';

const schema = z
  .object({ ...serviceSettings('HEADWATER_SHARD_COORDINATOR_PORT', 7313), ...busSettings })
  .superRefine(checkBus);

export type ShardCoordinatorConfig = z.output<typeof schema>;

export function readConfig(environment: NodeJS.ProcessEnv = process.env): ShardCoordinatorConfig {
  return parseConfig(schema, environment, 'shard-coordinator');
}
