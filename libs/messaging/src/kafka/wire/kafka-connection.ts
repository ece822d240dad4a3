import type { Socket } from 'node:net';
import { Kafka, logLevel } from 'kafkajs';
import { messagingErrors } from '@headwater/messaging';
import type { KafkaSettings } from '../kafka-settings.js';
import { brokerErrorOf, failureOf } from './kafka-failure.js';
import { Cluster, plainSocketFactory } from './kafkajs-internals.js';
import type { WireBroker, WireCluster } from './kafkajs-internals.js';

const connectionTimeoutMillis = 5000;
const requestTimeoutMillis = 30_000;

/** What a broker says when it is asked at the wrong place: who leads is asked anew. */
const movedErrors = new Set([
  'NOT_LEADER_FOR_PARTITION',
  'LEADER_NOT_AVAILABLE',
  'FENCED_LEADER_EPOCH',
  'UNKNOWN_LEADER_EPOCH',
  'UNKNOWN_TOPIC_OR_PARTITION',
  'REPLICA_NOT_AVAILABLE',
  'NOT_COORDINATOR_FOR_GROUP',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
]);

/**
 * Connections of its own to the brokers of a cluster, made when they are needed and made anew after a failure: a broker
 * that was restarted, or moved, is found again by the next call. Nothing is tried again in here.
 *
 * Every call rejects with one of messagingErrors.
 */
export class KafkaConnection {
  private readonly settings: KafkaSettings;
  private cluster: Promise<WireCluster> | undefined;
  private known = new Set<string>();
  private readonly sockets = new Set<Socket>();
  private attempts = 0;
  private closed = false;

  constructor(settings: KafkaSettings) {
    this.settings = settings;
  }

  /**
   * How many partitions a topic has.
   *
   * @throws messagingErrors.unknownTopic
   */
  partitionsOf(topic: string): Promise<number> {
    return this.call(`the topic ${topic} was looked up`, async (cluster) => {
      await this.know(cluster, [topic]);
      const found = cluster.findTopicPartitionMetadata(topic).length;
      if (found === 0)
        throw messagingErrors.unknownTopic(`there is no topic ${topic}`, { details: { topic } });
      return found;
    });
  }

  /** The first offset that is there, or the one that will be used next, of every partition. */
  offsetsOf(topic: string, which: 'oldest' | 'next'): Promise<ReadonlyMap<number, number>> {
    return this.call(`the offsets of ${topic} were asked for`, async (cluster) => {
      await this.know(cluster, [topic]);
      const partitions = cluster
        .findTopicPartitionMetadata(topic)
        .map(({ partitionId }) => ({ partition: partitionId }));
      const found = await cluster.fetchTopicsOffset([
        { topic, partitions, fromBeginning: which === 'oldest' },
      ]);
      return new Map(
        found.flatMap((each) =>
          each.partitions.map(({ partition, offset }) => [partition, Number(offset)] as const),
        ),
      );
    });
  }

  /** Calls the broker that leads a partition. */
  onLeader<T>(
    topic: string,
    partition: number,
    act: (broker: WireBroker) => Promise<T>,
    what: string,
  ): Promise<T> {
    return this.call(what, async (cluster) => {
      const node = await this.leaderIn(cluster, topic, partition);
      return act(await cluster.findBroker({ nodeId: node }));
    });
  }

  /** The broker that leads a partition, by its number in the cluster. */
  leaderOf(topic: string, partition: number): Promise<string> {
    return this.call(`the leader of ${topic} ${partition} was looked up`, (cluster) =>
      this.leaderIn(cluster, topic, partition),
    );
  }

  onBroker<T>(nodeId: string, act: (broker: WireBroker) => Promise<T>, what: string): Promise<T> {
    return this.call(what, async (cluster) => act(await cluster.findBroker({ nodeId })));
  }

  /** Calls the broker that keeps the members and commits of a group. */
  onCoordinator<T>(group: string, act: (broker: WireBroker) => Promise<T>, what: string): Promise<T> {
    return this.call(what, async (cluster) => act(await cluster.findGroupCoordinator({ groupId: group })));
  }

  /** Cuts all connections: what is under way rejects, the next call connects again. */
  reset(): void {
    this.cluster = undefined;
    for (const socket of this.sockets) socket.destroy(new Error('the connection was given up'));
    this.sockets.clear();
  }

  /** As `reset`, and later calls are refused. */
  close(): void {
    this.closed = true;
    this.reset();
  }

  private async call<T>(what: string, act: (cluster: WireCluster) => Promise<T>): Promise<T> {
    if (this.closed) throw messagingErrors.closed('the bus was closed');
    const cluster = (this.cluster ??= this.connect());
    try {
      return await act(await cluster);
    } catch (error) {
      const type = brokerErrorOf(error);
      // Without an answer of the broker nobody knows what state the connection is in.
      const isGone = type === undefined || movedErrors.has(type);
      if (isGone && this.cluster === cluster) this.reset();
      throw failureOf(error, what);
    }
  }

  private async connect(): Promise<WireCluster> {
    const { brokers, clientId, tls, sasl } = this.settings;
    // Another one comes first at each attempt: one that is gone is not asked for ever.
    const first = this.attempts % brokers.length;
    this.attempts += 1;
    const cluster = new Cluster({
      logger: new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING }).logger(),
      socketFactory: this.socketFactory(),
      brokers: [...brokers.slice(first), ...brokers.slice(0, first)],
      ssl: tls,
      sasl,
      clientId,
      connectionTimeout: connectionTimeoutMillis,
      authenticationTimeout: 10_000,
      reauthenticationThreshold: 10_000,
      requestTimeout: requestTimeoutMillis,
      enforceRequestTimeout: true,
      metadataMaxAge: 300_000,
      retry: { retries: 0 },
      allowAutoTopicCreation: false,
      maxInFlightRequests: null,
      isolationLevel: 0,
    });
    await cluster.connect();
    await cluster.refreshMetadata();
    this.known = new Set();
    return cluster;
  }

  private socketFactory() {
    const make = plainSocketFactory();
    return (options: Parameters<typeof make>[0]): Socket => {
      const socket = make(options);
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
      return socket;
    };
  }

  private async know(cluster: WireCluster, topics: readonly string[]): Promise<void> {
    const { known } = this;
    const unknown = topics.filter((topic) => !known.has(topic));
    if (unknown.length === 0) return;
    await cluster.addMultipleTargetTopics(unknown);
    for (const topic of unknown) known.add(topic);
  }

  private async leaderIn(cluster: WireCluster, topic: string, partition: number): Promise<string> {
    await this.know(cluster, [topic]);
    const [node] = Object.keys(cluster.findLeaderForPartitions(topic, [partition]));
    if (node === undefined || Number(node) < 0) {
      throw messagingErrors.unreachable(`nobody leads ${topic} ${partition}`, {
        details: { topic, partition },
      });
    }
    return node;
  }
}
