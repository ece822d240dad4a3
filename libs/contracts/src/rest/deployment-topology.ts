import { z } from 'zod';
import { clusterMembershipSchema } from '../state/agent.js';
import { captureOrderSchema } from '../state/capture.js';
import { idSchema } from './deployment.js';

/** What a deployment is, as its agents say it. */
export const deploymentTopologySchema = z.object({
  id: idSchema,
  /**
   * `sharded-cluster`: at least one of its replica sets is a shard or a config server. `unknown`: no agent has said
   * what it is.
   */
  kind: z.enum(['replica-set', 'sharded-cluster', 'unknown']),
  replicaSets: z.array(
    z.object({
      name: idSchema,
      replicaSetId: z.string(),
      /** Null: it belongs to no sharded cluster, or no agent has said so. */
      cluster: clusterMembershipSchema.nullable(),
      /** `6.0.5`; null before an agent has said it. */
      serverVersion: z.string().nullable(),
      /** Feature compatibility version, `6.0`; null before an agent has said it. */
      fcv: z.string().nullable(),
      /** The order that is in force; null before ingest has given one. */
      order: captureOrderSchema.nullable(),
      /** The chain that is archived now; null before the first initial sync has begun. */
      chain: z.string().nullable(),
    }),
  ),
});

export type DeploymentTopologyBody = z.infer<typeof deploymentTopologySchema>;
