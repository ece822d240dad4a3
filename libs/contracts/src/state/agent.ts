import { z } from 'zod';
import { grows } from '../growth.js';
import { defineJsonEvent } from '../json-event.js';
import { replicaSetKey } from '../topics.js';
import { positionSchema } from '../timestamps.js';

export const agentPhaseSchema = z
  .enum(['waiting', 'initial-sync', 'tailing', 'source-unreachable'])
  .meta(grows);

/** What a replica set is in a sharded cluster. */
export const clusterMembershipSchema = z.object({
  role: z.enum(['shard', 'config-server']),
  /** 24 hex digits: the same in every member of one cluster. Null: the server does not say. */
  clusterId: z.string().nullable(),
  /** The cluster's name for it; null for a config server that holds no data of its own. */
  shard: z.string().nullable(),
});

/** What the active agent of a replica set knows. One writer: the agent that holds the set's lease. */
export const agentState = defineJsonEvent(
  'io.headwater.state.agent.v1',
  z.object({
    agentId: z.string().min(1),
    deployment: z.string().min(1),
    replicaSet: z.string().min(1),
    replicaSetId: z.string().regex(/^[0-9a-f]{24}$/),
    /** host:port of the member that is read. */
    member: z.string(),
    serverVersion: z.string().min(1),
    fcv: z.string().min(1),
    /** Whether the engine suite was run on `serverVersion`. Left out by an agent that does not tell. */
    serverTesting: z.enum(['tested', 'untested-patch', 'untested-series']).meta(grows).optional(),
    /** Null: it belongs to no sharded cluster. Left out by an agent that does not tell. */
    cluster: clusterMembershipSchema.nullable().optional(),
    /** `source-unreachable` while the source cannot be read, or is not the one that is protected. */
    phase: agentPhaseSchema,
    /** The capture epoch being obeyed; 0 before the first. */
    epoch: z.int().min(0),
    /** Every entry of this epoch up to it is durable on the bus. */
    publishedTo: positionSchema.nullable(),
    /** The initial sync whose last message is durable on the bus. */
    syncSent: z.string().nullable(),
    /** Progress of a running initial sync. */
    sync: z
      .object({
        id: z.string(),
        collectionsDone: z.int().min(0),
        collectionsTotal: z.int().min(0),
        documentsDone: z.int().min(0),
        documentsTotal: z.int().min(0),
        bytesDone: z.int().min(0),
        bytesTotal: z.int().min(0),
      })
      .nullable(),
    /** The newest entry of the member, as last seen: at or after `publishedTo`, and the oplog lag is between them. */
    sourceNewest: positionSchema.nullable(),
    /** What keeps the agent from its work, for people; null: nothing does. Left out by an agent that does not tell. */
    trouble: z.string().nullable().optional(),
    updatedAt: z.iso.datetime(),
  }),
);

export type AgentPhase = z.infer<typeof agentPhaseSchema>;
export type ClusterMembership = z.infer<typeof clusterMembershipSchema>;
export type AgentState = z.infer<typeof agentState.schema>;

export const agentKeyPrefix = 'agent/';

export function agentKey(deployment: string, replicaSet: string): string {
  return `${agentKeyPrefix}${replicaSetKey(deployment, replicaSet)}`;
}
