import { topicRetentionOf, topicsOf } from '@headwater/contracts';
import type { TopicRetention } from '@headwater/contracts';
import type { Logger } from '../logging/logger.js';

const mib = 1024 * 1024;

/** What `busSettings` say about it. */
export interface BusConfig {
  readonly busKeptMib: number;
  readonly busLimitMib: number;
  readonly topicPrefix: string;
}

/** How a service opens the embedded bus. */
export interface BusOptions {
  readonly retention: Readonly<Record<string, TopicRetention>>;
  readonly keptBytes: number;
  readonly limitBytes: number;
  onUpkeepFailure(error: unknown): void;
}

/** The same for every service of one bus. */
export function busOptionsOf(config: BusConfig, logger: Logger): BusOptions {
  return {
    retention: topicRetentionOf(topicsOf(config.topicPrefix)),
    keptBytes: config.busKeptMib * mib,
    limitBytes: config.busLimitMib * mib,
    onUpkeepFailure: (err) => {
      logger.warn({ logId: 'bus.upkeep-failed', err }, 'the bus file could not be kept small: trying again');
    },
  };
}
