import { topicDefinitionsOf } from '../topic-definitions.js';
import type { TopicDefinition } from '../topic-definitions.js';
import { topicRetentionOf } from '../topic-retention.js';
import type { TopicRetention } from '../topic-retention.js';
import { topicsOf } from '../topics.js';
import type { Topics } from '../topics.js';

/** A topic, as somebody who does not know our code needs it. */
export interface TopicContract extends Pick<TopicDefinition, 'partitions' | 'settings'> {
  readonly topic: keyof Topics;
  /** With the prefix `headwater`. */
  readonly name: string;
  /** The form of the keys: messages of one key keep their order. */
  readonly key: string;
  readonly carries: string;
  /** `everybody`: made for subscribers. `services`: holds the data that is protected. */
  readonly audience: 'everybody' | 'services';
  readonly retention: TopicRetention;
}

/** As many as a cluster that may lose a broker has. */
const replicas = 3;

const names = topicsOf();
const definitions = topicDefinitionsOf(names, replicas);
const retentions = topicRetentionOf(names);

function topicContract(
  topic: keyof Topics,
  rest: Pick<TopicContract, 'key' | 'carries' | 'audience'>,
): TopicContract {
  const name = names[topic];
  const definition = definitions.find((each) => each.topic === name);
  const retention = retentions[name];
  if (definition === undefined || retention === undefined) throw new Error(`nobody defines ${name}`);
  const { partitions, settings } = definition;
  return { ...{ topic, name, partitions, settings, retention }, ...rest };
}

/** Every topic that carries something. Leases carry nothing. */
export const topicContracts: readonly TopicContract[] = [
  topicContract('events', {
    key: '<deployment>',
    carries: 'Facts that people and other systems act on: history and audit.',
    audience: 'everybody',
  }),
  topicContract('state', {
    key: '<kind>/<id>',
    carries: 'The latest whole state of each thing; one writer a kind.',
    audience: 'everybody',
  }),
  topicContract('oplogBatches', {
    key: '<deployment>/<replica set>',
    carries: 'Raw oplog entries, and in the same order what the agent must say about them.',
    audience: 'services',
  }),
  topicContract('initialSync', {
    key: '<deployment>/<replica set>',
    carries: 'The parts of initial syncs: raw documents and the catalogue of collections.',
    audience: 'services',
  }),
];
