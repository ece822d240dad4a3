import type { KafkaConnection } from './kafka-connection.js';
import { incomingOf } from './incoming.js';
import type { FetchedPartition } from './incoming.js';
import type { WirePartition } from './kafkajs-internals.js';

/** A place to read from. */
export interface Place {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

export interface FetchOptions {
  /** How long the broker may wait for a first message, in milliseconds. */
  readonly waitMillis: number;
  /** Bytes of one partition and of the whole answer; one larger message comes all the same, alone. */
  readonly partitionBytes: number;
  readonly answerBytes: number;
}

export const usualFetch: FetchOptions = {
  waitMillis: 500,
  partitionBytes: 1024 * 1024,
  answerBytes: 8 * 1024 * 1024,
};

/**
 * What there is at some places, from the brokers that lead them. A partition with nothing new, or for which the answer
 * had no room, is there without messages.
 *
 * @throws messagingErrors; the `kafka` detail is OFFSET_OUT_OF_RANGE where a place is outside of what its partition has.
 */
export async function fetchFrom(
  connection: KafkaConnection,
  places: readonly Place[],
  options: FetchOptions,
): Promise<readonly FetchedPartition[]> {
  const byLeader = new Map<string, Place[]>();
  for (const place of places) {
    const leader = await connection.leaderOf(place.topic, place.partition);
    byLeader.set(leader, [...(byLeader.get(leader) ?? []), place]);
  }
  const answers = await Promise.all(
    [...byLeader].map(([leader, led]) => fetchFromBroker(connection, leader, led, options)),
  );
  return answers.flat();
}

async function fetchFromBroker(
  connection: KafkaConnection,
  nodeId: string,
  places: readonly Place[],
  { waitMillis, partitionBytes, answerBytes }: FetchOptions,
): Promise<FetchedPartition[]> {
  const topics = places.map(({ topic, partition, offset }) => ({
    topic,
    partitions: [{ partition, fetchOffset: String(offset), maxBytes: partitionBytes }],
  }));
  const request = {
    replicaId: -1,
    isolationLevel: 0,
    maxWaitTime: waitMillis,
    minBytes: 1,
    maxBytes: answerBytes,
    topics: mergeTopics(topics),
  };
  const names = places.map(({ topic, partition }) => `${topic} ${partition}`).join(', ');
  const { responses } = await connection.onBroker(
    nodeId,
    (broker) => broker.fetch(request),
    `reading ${names}`,
  );
  return responses.flatMap(({ topicName, partitions }) =>
    partitions.flatMap((found) => {
      const place = places.find(
        ({ topic, partition }) => topic === topicName && partition === found.partition,
      );
      return place === undefined ? [] : [fetchedOf(place, found)];
    }),
  );
}

/** An answer begins at the batch that holds the offset, which may begin below it. */
function fetchedOf({ topic, partition, offset }: Place, found: WirePartition): FetchedPartition {
  const within = found.messages.filter((message) => Number(message.offset) >= offset);
  const last = within.at(-1);
  return {
    topic,
    partition,
    end: Number(found.highWatermark),
    messages: within
      .filter(({ isControlRecord }) => !isControlRecord)
      .map((each) => incomingOf(topic, partition, each)),
    next: last === undefined ? offset : Number(last.offset) + 1,
  };
}

function mergeTopics<P>(topics: readonly { topic: string; partitions: readonly P[] }[]) {
  const merged = new Map<string, P[]>();
  for (const { topic, partitions } of topics) {
    merged.set(topic, [...(merged.get(topic) ?? []), ...partitions]);
  }
  return [...merged].map(([topic, partitions]) => ({ topic, partitions }));
}
