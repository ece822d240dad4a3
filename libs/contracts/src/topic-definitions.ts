import type { Topics } from './topics.js';
import { topicRetentionOf } from './topic-retention.js';
import type { TopicRetention } from './topic-retention.js';

/** What a setting of a topic must be: exactly that, or a number that is not below it (-1 stands for no limit). */
export interface SettingFloor {
  readonly rule: 'exactly' | 'at-least';
  readonly value: string;
}

/** A topic as it is made on a broker that makes topics with settings, and what one that is there must come up to. */
export interface TopicDefinition {
  readonly topic: string;
  /** Fixed for ever: another number would give keys to other partitions. The two data topics have the same. */
  readonly partitions: number;
  /** By Kafka's name of the setting; a topic is made with these very values. */
  readonly settings: Readonly<Record<string, SettingFloor>>;
}

/**
 * As many consumers can share the replica sets at most. More of them cost every broker memory and files, fewer cannot be
 * made more later.
 */
const dataPartitions = 12;
const mib = 1024 * 1024;

/** One entry or document of 16 MiB on top of a part or batch of the largest size, and their envelope. */
const largestDataMessage = 36 * mib;
const largestStateMessage = mib;

const exactly = (value: string): SettingFloor => ({ rule: 'exactly', value });
const atLeast = (value: number): SettingFloor => ({ rule: 'at-least', value: String(value) });

/**
 * Every topic, in the order of `Topics`.
 *
 * @param replicas how many brokers hold each message: with three, one may be away
 */
export function topicDefinitionsOf(topics: Topics, replicas: number): readonly TopicDefinition[] {
  const retention = topicRetentionOf(topics);
  const durable = {
    'min.insync.replicas': atLeast(Math.max(1, replicas - 1)),
    'unclean.leader.election.enable': exactly('false'),
  };
  const defined = (topic: string, partitions: number, largest: number): TopicDefinition => ({
    topic,
    partitions,
    settings: { ...keeping(retention[topic]), 'max.message.bytes': atLeast(largest), ...durable },
  });
  return [
    defined(topics.oplogBatches, dataPartitions, largestDataMessage),
    defined(topics.initialSync, dataPartitions, largestDataMessage),
    defined(topics.events, 1, largestStateMessage),
    defined(topics.state, 1, largestStateMessage),
    defined(topics.leases, 1, largestStateMessage),
  ];
}

function keeping(retention: TopicRetention | undefined): Record<string, SettingFloor> {
  switch (retention?.cleanup) {
    case 'compact':
      return {
        'cleanup.policy': exactly('compact'),
        'delete.retention.ms': atLeast(retention.tombstoneSeconds * 1000),
      };
    case 'delete':
      return {
        'cleanup.policy': exactly('delete'),
        'retention.ms': atLeast(retention.maxAgeSeconds * 1000),
        'retention.bytes': exactly('-1'),
      };
    // It carries nothing.
    case undefined:
      return { 'cleanup.policy': exactly('delete') };
  }
}
