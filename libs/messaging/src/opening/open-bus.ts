import type { Clock } from '@headwater/clock';
import { topicRetentionOf, topicsOf } from '@headwater/contracts';
import type { FaultPlan } from '@headwater/faults';
import type { MessageBus } from '@headwater/messaging';
import { EmbeddedBus } from '@headwater/messaging/embedded';
import { FaultyBus } from '@headwater/messaging/faulty';
import { RetryingBus } from '@headwater/messaging/retrying';

const mib = 1024 * 1024;

/** What was read stays on each topic up to this share of the limit at most: most of the file is for what was not. */
const keptShare = 1 / 8;

/** Which bus: the part of a service's config that says so. The same for every service of one bus. */
export interface BusConfig {
  readonly bus: 'embedded';
  readonly busFile: string;
  readonly busKeptMib: number;
  readonly busLimitMib: number;
  readonly topicPrefix: string;
}

export interface BusSurroundings {
  readonly clock: Clock;
  /** What goes wrong in a rehearsal; null for nothing. */
  readonly busFaults: FaultPlan | null;
  /** False where this service leaves upkeep of the bus file to others; true by default. */
  readonly upkeep?: boolean;
  /** How often to look for what other processes wrote, in milliseconds; the adapter's own default by default. */
  readonly pollMillis?: number;
  /** What a round of upkeep failed with; the next one tries again. */
  readonly onUpkeepFailure: (error: unknown) => void;
}

/**
 * Opens the bus of a service, with its decorators: retries outside, the faults of a rehearsal inside of them.
 *
 * @throws what `EmbeddedBus.open` throws
 */
export async function openBus(config: BusConfig, surroundings: BusSurroundings): Promise<MessageBus> {
  const { clock, busFaults: plan, upkeep = true, pollMillis, onUpkeepFailure } = surroundings;
  const bus = await EmbeddedBus.open(config.busFile, {
    clock,
    retention: topicRetentionOf(topicsOf(config.topicPrefix)),
    keptBytes: Math.min(config.busKeptMib, config.busLimitMib * keptShare) * mib,
    limitBytes: config.busLimitMib * mib,
    upkeep,
    ...(pollMillis !== undefined && { pollMillis }),
    onUpkeepFailure,
  });
  return new RetryingBus(plan === null ? bus : new FaultyBus(bus, { plan, clock }), { clock });
}
