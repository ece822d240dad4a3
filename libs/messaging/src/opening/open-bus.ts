import type { Clock } from '@headwater/clock';
import { topicDefinitionsOf, topicRetentionOf, topicsOf } from '@headwater/contracts';
import { isOneOf } from '@headwater/errors';
import type { FaultPlan } from '@headwater/faults';
import { messagingErrors } from '@headwater/messaging';
import type { MessageBus } from '@headwater/messaging';
import { EmbeddedBus } from '@headwater/messaging/embedded';
import { FaultyBus } from '@headwater/messaging/faulty';
import { patiently, RetryingBus } from '@headwater/messaging/retrying';
import { kafkaSettingsOf, needed } from './kafka-config.js';
import type { KafkaConfig } from './kafka-config.js';
import { RemakingBus } from './remaking-bus.js';

const mib = 1024 * 1024;

/** What was read stays on each topic up to this share of the limit at most: most of the file is for what was not. */
const keptShare = 1 / 8;

/** How long brokers that answer, and refuse, may take to settle. */
const unfitMillis = 20_000;

/** Which bus: the part of a service's config that says so. The same for every service of one bus. */
export interface BusConfig extends KafkaConfig {
  readonly bus: 'embedded' | 'kafka';
  /** Needed by the embedded bus. */
  readonly busFile?: string | undefined;
  readonly busKeptMib: number;
  readonly busLimitMib: number;
  readonly topicPrefix: string;
}

export interface BusSurroundings {
  readonly clock: Clock;
  /** Who opens it. On Kafka its client id is this name behind the topic prefix: `headwater-ingest`. */
  readonly service: string;
  /** What goes wrong in a rehearsal; null for nothing. */
  readonly busFaults: FaultPlan | null;
  /** False where this service leaves upkeep of the bus file to others; true by default. */
  readonly upkeep?: boolean;
  /** How often to look for what other processes wrote, in milliseconds; the adapter's own default by default. */
  readonly pollMillis?: number;
  /** Aborted when the service is to stop: brokers that cannot be reached are not waited for any longer. */
  readonly stopping?: AbortSignal;
  /** Told what keeps the bus from being opened, before each further try. */
  readonly onBusAwaited?: (error: unknown) => void;
  /** What a round of upkeep failed with; the next one tries again. */
  readonly onUpkeepFailure: (error: unknown) => void;
}

/**
 * Opens the bus of a service, with its decorators: retries outside, the faults of a rehearsal inside of them. On Kafka the
 * topics are made or looked at before, and `manage` makes them again whenever they are gone. Brokers that cannot be
 * reached are waited for, without an end.
 *
 * @throws what `EmbeddedBus.open` throws; what `prepareTopics` throws, and messagingErrors.certificateUnreadable
 */
export async function openBus(config: BusConfig, surroundings: BusSurroundings): Promise<MessageBus> {
  const { clock, busFaults: plan } = surroundings;
  const bus = await (config.bus === 'kafka'
    ? openKafka(config, surroundings)
    : openEmbedded(config, surroundings));
  return new RetryingBus(plan === null ? bus : new FaultyBus(bus, { plan, clock }), { clock });
}

function openEmbedded(config: BusConfig, surroundings: BusSurroundings): Promise<MessageBus> {
  const { clock, upkeep = true, pollMillis, onUpkeepFailure } = surroundings;
  return EmbeddedBus.open(needed(config.busFile, 'HEADWATER_BUS_FILE'), {
    clock,
    retention: topicRetentionOf(topicsOf(config.topicPrefix)),
    keptBytes: Math.min(config.busKeptMib, config.busLimitMib * keptShare) * mib,
    limitBytes: config.busLimitMib * mib,
    upkeep,
    ...(pollMillis !== undefined && { pollMillis }),
    onUpkeepFailure,
  });
}

async function openKafka(config: BusConfig, surroundings: BusSurroundings): Promise<MessageBus> {
  const { clock, service, stopping = new AbortController().signal } = surroundings;
  const settings = await kafkaSettingsOf(config, `${config.topicPrefix}-${service}`);
  // Its client is much code, which nobody waits for who does not need it.
  const { KafkaBus, prepareTopics } = await import('@headwater/messaging/kafka');
  const topics = topicsOf(config.topicPrefix);
  const { kafkaTopics: mode = 'manage', kafkaReplicas: replicas = 3 } = config;
  const makeTopics = () =>
    prepareTopics(settings, {
      ...{ mode, replicas },
      definitions: topicDefinitionsOf(topics, replicas),
      sharedTogether: [topics.oplogBatches, topics.initialSync],
    });
  await patiently(clock, stopping, makeTopics, {
    patienceWith: (error) => (isOneOf(error, [messagingErrors.unreachable]) ? Infinity : unfitMillis),
    onRetry: (error) => surroundings.onBusAwaited?.(error),
  });
  const bus = KafkaBus.open(settings, { clock });
  return mode === 'manage' ? new RemakingBus(bus, { clock, makeTopics }) : bus;
}
