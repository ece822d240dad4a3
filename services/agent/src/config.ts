import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import {
  busSettings,
  checkBus,
  parseConfig,
  serviceSettings,
  setting,
  text,
  wholeNumber,
} from '@headwater/service-kit';
import { z } from 'zod';

const schema = z
  .object({
    ...serviceSettings('HEADWATER_AGENT_PORT', 7310),
    agentId: setting(
      'HEADWATER_AGENT_ID',
      text().default(`${hostname()}-${randomUUID().slice(0, 8)}`),
      'Name of this agent in events and states; by default the host and a random part.',
    ),
    mongodbUri: setting('HEADWATER_MONGODB_URI', text(), 'Connection string of the replica set to protect.'),
    deployment: setting(
      'HEADWATER_DEPLOYMENT',
      text().optional(),
      "Id of the deployment; by default the replica set's name.",
    ),
    ...busSettings,
    batchMaxKib: setting(
      'HEADWATER_BATCH_MAX_KIB',
      wholeNumber({ min: 16, max: 16_384, unit: 'KiB' }).default(900),
      'A batch is sent at this size; one larger entry travels alone.',
    ),
    batchMaxAgeMillis: setting(
      'HEADWATER_BATCH_MAX_AGE_MILLISECONDS',
      wholeNumber({ min: 0, max: 60_000, unit: 'milliseconds' }).default(400),
      'A batch is sent at this age. Most of what an agent costs is the number of batches.',
    ),
    partMib: setting(
      'HEADWATER_INITIAL_SYNC_PART_MIB',
      wholeNumber({ min: 1, max: 16, unit: 'MiB' }).default(4),
      'Size of a part of an initial sync.',
    ),
    windowMib: setting(
      'HEADWATER_INITIAL_SYNC_WINDOW_MIB',
      wholeNumber({ min: 1, max: 2048, unit: 'MiB' }).default(128),
      'Parts of an initial sync that may be on the bus and not yet in the store.',
    ),
  })
  .superRefine((config, context) => {
    checkBus(config, context);
    if (config.windowMib < config.partMib) {
      context.addIssue({
        code: 'custom',
        path: ['windowMib'],
        message: 'must not be below HEADWATER_INITIAL_SYNC_PART_MIB',
      });
    }
  });

export type AgentConfig = z.output<typeof schema>;

export function readConfig(environment: NodeJS.ProcessEnv = process.env): AgentConfig {
  return parseConfig(schema, environment, 'agent');
}
