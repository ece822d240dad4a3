import { topicRetentionOf } from '../topic-retention.js';
import type { TopicRetention } from '../topic-retention.js';
import { topicsOf } from '../topics.js';
import type { Topics } from '../topics.js';

/** A topic, as somebody who does not know our code needs it. */
export interface TopicContract {
  readonly topic: keyof Topics;
  /** With the prefix `headwater`. */
  readonly name: string;
  /** The form of the keys: messages of one key keep their order. */
  readonly key: string;
  readonly carries: string;
  /** `everybody`: made for subscribers. `services`: holds the data that is protected. */
  readonly audience: 'everybody' | 'services';
  /** As `deploy/topics.yaml` makes it; an operator may choose another number, but the same for both data topics. */
  readonly partitions: number;
  readonly retention: TopicRetention;
}

const names = topicsOf();
const retention = topicRetentionOf(names);

function topicContract(
  topic: keyof Topics,
  rest: Omit<TopicContract, 'topic' | 'name' | 'retention'>,
): TopicContract {
  const kept = retention[names[topic]];
  if (kept === undefined) {
    throw new Error(`nobody says how long ${names[topic]} keeps its messages`);
  }
  return { topic, name: names[topic], retention: kept, ...rest };
}

/** Every topic that carries something. Leases carry nothing. */
export const topicContracts: readonly TopicContract[] = [
  topicContract('events', {
    key: '<deployment>',
    carries: 'Facts that people and other systems act on: history and audit.',
    audience: 'everybody',
    partitions: 1,
  }),
  topicContract('state', {
    key: '<kind>/<id>',
    carries: 'The latest whole state of each thing; one writer a kind.',
    audience: 'everybody',
    partitions: 1,
  }),
  topicContract('oplogBatches', {
    key: '<deployment>/<replica set>',
    carries: 'Raw oplog entries, and in the same order what the agent must say about them.',
    audience: 'services',
    partitions: 12,
  }),
  topicContract('initialSync', {
    key: '<deployment>/<replica set>',
    carries: 'The parts of initial syncs: raw documents and the catalogue of collections.',
    audience: 'services',
    partitions: 12,
  }),
];
