import { ConfigResourceTypes, Kafka, logLevel } from 'kafkajs';
import type { Admin, SASLOptions } from 'kafkajs';
import type { TopicDefinition } from '@headwater/contracts';
import { messagingErrors } from '@headwater/messaging';
import type { KafkaSettings } from '../kafka-settings.js';
import { failureOf } from '../wire/kafka-failure.js';
import { shortfallsOf, unequalPartitions } from './shortfalls.js';
import type { FoundTopic, Shortfall } from './shortfalls.js';

export interface TopicsOptions {
  /** `manage` makes what is not there; `verify` makes nothing. None that is there is ever changed. */
  readonly mode: 'manage' | 'verify';
  readonly replicas: number;
  readonly definitions: readonly TopicDefinition[];
  /** Names of topics whose partitions are shared together. */
  readonly sharedTogether: readonly string[];
}

/**
 * Sees to it that all topics are there and as they must be. May be called by any number of services at the same time.
 *
 * @throws messagingErrors.unknownTopic, topicUnfit naming every topic, setting and the command that repairs it;
 *   unreachable, notAllowed, loginRefused, brokerRefuses.
 */
export async function prepareTopics(settings: KafkaSettings, options: TopicsOptions): Promise<void> {
  const { brokers, clientId, tls, sasl } = settings;
  const kafka = new Kafka({
    brokers: [...brokers],
    clientId,
    connectionTimeout: 5000,
    logLevel: logLevel.NOTHING,
    ...(tls && { ssl: tls }),
    ...(sasl && { sasl: sasl as SASLOptions }),
  });
  const admin = kafka.admin({ retry: { retries: 2, initialRetryTime: 200 } });
  try {
    await admin.connect();
    await makeMissing(admin, options, brokers[0] ?? '');
    await refuseUnfit(admin, options, brokers[0] ?? '');
  } catch (error) {
    throw failureOf(error, 'the topics were looked at');
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}

async function makeMissing(
  admin: Admin,
  { mode, replicas, definitions }: TopicsOptions,
  broker: string,
): Promise<void> {
  const there = new Set(await admin.listTopics());
  const missing = definitions.filter(({ topic }) => !there.has(topic));
  if (missing.length === 0) return;
  if (mode === 'verify') {
    const commands = missing.map((definition) => `\n  - ${commandOf(definition, replicas, broker)}`);
    throw messagingErrors.unknownTopic(
      `${missing.length} topics are not there; what makes them:${commands.join('')}`,
      { details: { topics: missing.map(({ topic }) => topic) } },
    );
  }
  for (const { topic, partitions, settings } of missing) {
    const configEntries = Object.entries(settings).map(([name, { value }]) => ({ name, value }));
    await admin.createTopics({
      // Where they are not known everywhere yet, the next look at them says so.
      waitForLeaders: false,
      topics: [{ topic, numPartitions: partitions, replicationFactor: replicas, configEntries }],
    });
  }
}

async function refuseUnfit(admin: Admin, options: TopicsOptions, broker: string): Promise<void> {
  const { definitions, replicas, sharedTogether } = options;
  const found = await lookUp(
    admin,
    definitions.map(({ topic }) => topic),
  );
  const shared = found.filter(({ topic }) => sharedTogether.includes(topic));
  const short: Shortfall[] = unequalPartitions(shared, broker);
  for (const definition of definitions) {
    const topic = found.find((each) => each.topic === definition.topic);
    if (topic !== undefined) short.push(...shortfallsOf(definition, topic, { replicas, broker }));
  }
  if (short.length === 0) return;
  const lines = short.map(
    ({ topic, setting, is, mustBe, command }) =>
      `\n  - ${topic}: ${setting} is ${is} and must be ${mustBe}: ${command}`,
  );
  throw messagingErrors.topicUnfit(`topics cannot be used as they are:${lines.join('')}`, {
    details: { shortfalls: short },
  });
}

async function lookUp(admin: Admin, topics: readonly string[]): Promise<FoundTopic[]> {
  const metadata = await admin.fetchTopicMetadata({ topics: [...topics] });
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: topics.map((name) => ({ type: ConfigResourceTypes.TOPIC, name })),
  });
  return metadata.topics.map(({ name, partitions }) => {
    const entries = resources.find(({ resourceName }) => resourceName === name)?.configEntries ?? [];
    return {
      topic: name,
      partitions: partitions.length,
      replicas: Math.min(...partitions.map(({ replicas }) => replicas.length)),
      settings: new Map(entries.map(({ configName, configValue }) => [configName, configValue])),
    };
  });
}

function commandOf(
  { topic, partitions, settings }: TopicDefinition,
  replicas: number,
  broker: string,
): string {
  const entries = Object.entries(settings).map(([name, { value }]) => ` --config ${name}=${value}`);
  return `kafka-topics.sh --bootstrap-server ${broker} --create --topic ${topic} --partitions ${partitions} --replication-factor ${replicas}${entries.join('')}`;
}
