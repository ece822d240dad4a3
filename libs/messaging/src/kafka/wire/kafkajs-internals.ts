import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import type { ISocketFactory, Logger, SASLOptions } from 'kafkajs';

/*
 * The parts of kafkajs 2.2.4 below its consumer and producer, which it does not export: requests to one broker, and who
 * leads what. The version is pinned, and docs/decisions/0007 says why they are used.
 */

export interface WireMessage {
  readonly offset: string;
  /** Milliseconds since 1970. */
  readonly timestamp: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, Buffer | readonly Buffer[] | null>>;
  readonly isControlRecord: boolean;
}

export interface WirePartition {
  readonly partition: number;
  readonly highWatermark: string;
  readonly messages: readonly WireMessage[];
}

interface PerTopic<P> {
  readonly topic: string;
  readonly partitions: readonly P[];
}

export interface OutgoingWireMessage {
  readonly key: Buffer;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly timestamp: number;
}

export interface JoinedGroup {
  readonly generationId: number;
  readonly leaderId: string;
  readonly memberId: string;
  /** All members, for the leader; empty for the others. */
  readonly members: readonly { readonly memberId: string; readonly memberMetadata: Buffer }[];
}

export interface GroupProtocol {
  readonly name: string;
  readonly metadata: Buffer;
}

interface Membership {
  readonly groupId: string;
  readonly memberId: string;
}

/** One broker of the cluster. Everything but `fetch` shares one connection, on which it answers in turn. */
export interface WireBroker {
  fetch(request: {
    replicaId: number;
    isolationLevel: number;
    maxWaitTime: number;
    minBytes: number;
    maxBytes: number;
    topics: readonly PerTopic<{ partition: number; fetchOffset: string; maxBytes: number }>[];
  }): Promise<{ responses: readonly { topicName: string; partitions: readonly WirePartition[] }[] }>;
  produce(request: {
    acks: number;
    timeout: number;
    topicData: readonly PerTopic<{ partition: number; messages: readonly OutgoingWireMessage[] }>[];
  }): Promise<unknown>;
  joinGroup(
    request: Membership & {
      sessionTimeout: number;
      rebalanceTimeout: number;
      groupProtocols: readonly GroupProtocol[];
    },
  ): Promise<JoinedGroup>;
  syncGroup(
    request: Membership & {
      generationId: number;
      groupAssignment: readonly { memberId: string; memberAssignment: Buffer }[];
    },
  ): Promise<{ readonly memberAssignment: Buffer }>;
  heartbeat(request: Membership & { groupGenerationId: number }): Promise<unknown>;
  leaveGroup(request: Membership): Promise<unknown>;
  offsetCommit(
    request: Membership & {
      groupGenerationId: number;
      topics: readonly PerTopic<{ partition: number; offset: string }>[];
    },
  ): Promise<unknown>;
  offsetFetch(request: {
    groupId: string;
    topics: readonly PerTopic<{ partition: number }>[];
  }): Promise<{ readonly responses: readonly PerTopic<{ partition: number; offset: string }>[] }>;
}

export interface WireCluster {
  connect(): Promise<void>;
  refreshMetadata(): Promise<void>;
  addMultipleTargetTopics(topics: readonly string[]): Promise<void>;
  findTopicPartitionMetadata(topic: string): readonly { readonly partitionId: number }[];
  findLeaderForPartitions(
    topic: string,
    partitions: readonly number[],
  ): Readonly<Record<string, readonly number[]>>;
  findBroker(place: { nodeId: string }): Promise<WireBroker>;
  findGroupCoordinator(group: { groupId: string }): Promise<WireBroker>;
  fetchTopicsOffset(
    topics: readonly {
      topic: string;
      partitions: readonly { partition: number }[];
      fromBeginning: boolean;
    }[],
  ): Promise<readonly PerTopic<{ partition: number; offset: string }>[]>;
}

interface ClusterOptions {
  readonly logger: Logger;
  readonly socketFactory: ISocketFactory;
  readonly brokers: readonly string[];
  readonly ssl: ConnectionOptions | undefined;
  readonly sasl: SASLOptions | undefined;
  readonly clientId: string;
  readonly connectionTimeout: number;
  readonly authenticationTimeout: number;
  readonly reauthenticationThreshold: number;
  readonly requestTimeout: number;
  readonly enforceRequestTimeout: boolean;
  readonly metadataMaxAge: number;
  readonly retry: { readonly retries: number };
  readonly allowAutoTopicCreation: boolean;
  readonly maxInFlightRequests: number | null;
  readonly isolationLevel: number;
}

const load = createRequire(__filename);

export const Cluster = load('kafkajs/src/cluster') as new (options: ClusterOptions) => WireCluster;

export const plainSocketFactory = load('kafkajs/src/network/socketFactory') as () => (
  options: Parameters<ISocketFactory>[0],
) => Socket;

/** Kafka's own hash of keys, a signed 32-bit number. */
export const murmur2 = load('kafkajs/src/producer/partitioners/default/murmur2') as (key: Buffer) => number;
