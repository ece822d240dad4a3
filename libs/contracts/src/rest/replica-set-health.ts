import { z } from 'zod';
import { snapshotFactSchema } from '../events/snapshot-facts.js';
import { agentPhaseSchema } from '../state/agent.js';
import { idSchema } from './deployment.js';

/** What is known of the backup of one replica set. */
export const replicaSetHealthSchema = z.object({
  deployment: idSchema,
  replicaSet: idSchema,
  replicaSetId: z.string(),
  /** The active agent as it was last heard; null before the first. */
  agent: z
    .object({
      agentId: z.string(),
      /** host:port of the member that is read. */
      member: z.string(),
      phase: agentPhaseSchema,
      /** What keeps it from its work, for people. */
      trouble: z.string().nullable(),
      lastSeenAt: z.iso.datetime(),
      /** An agent that lives is heard every five seconds at least. */
      secondsSinceSeen: z.number().min(0),
    })
    .nullable(),
  /** From the newest entry on the bus to the source's newest, by their timestamps. Null: nobody measures it now. */
  oplogLagSeconds: z.int().min(0).nullable(),
  /** From the newest entry in the store to the source's newest, by their timestamps. Null: nobody measures it now. */
  archiveLagSeconds: z.int().min(0).nullable(),
  /** The one that holds the newest writes. */
  newestSnapshot: snapshotFactSchema
    .pick({ snapshotId: true, kind: true, ts: true, createdAt: true })
    .extend({
      /** Since the newest write that it holds: from the source's clock to alerting's. */
      ageSeconds: z.int().min(0),
    })
    .nullable(),
});

export type ReplicaSetHealthBody = z.infer<typeof replicaSetHealthSchema>;
