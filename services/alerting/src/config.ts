import { busSettings, checkBus, parseConfig, serviceSettings } from '@headwater/service-kit';
import { z } from 'zod';

const schema = z
  .object({ ...serviceSettings('HEADWATER_ALERTING_PORT', 7314), ...busSettings })
  .superRefine(checkBus);

export type AlertingConfig = z.output<typeof schema>;

export function readConfig(environment: NodeJS.ProcessEnv = process.env): AlertingConfig {
  return parseConfig(schema, environment, 'alerting');
}
