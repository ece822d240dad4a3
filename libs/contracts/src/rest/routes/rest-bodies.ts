import type { z } from 'zod';
import { deploymentTopologySchema } from '../deployment-topology.js';
import { deploymentSchema, restoreWindowSchema, snapshotSchema } from '../deployment.js';
import { livenessSchema, readinessSchema } from '../operations.js';
import { problemSchema } from '../problem.js';
import { recentEventSchema } from '../recent-event.js';
import { replicaSetHealthSchema } from '../replica-set-health.js';
import { restoredCollectionSchema, restoreJobSchema } from '../restore-job.js';
import { restorePlanSchema } from '../restore-plan.js';
import { restoreRequestSchema } from '../restore-request.js';

/** Every body, by its name in the documents. */
export const restBodies = {
  Deployment: deploymentSchema,
  DeploymentTopology: deploymentTopologySchema,
  Liveness: livenessSchema,
  Problem: problemSchema,
  Readiness: readinessSchema,
  RecentEvent: recentEventSchema,
  ReplicaSetHealth: replicaSetHealthSchema,
  RestoreJob: restoreJobSchema,
  RestorePlan: restorePlanSchema,
  RestoreRequest: restoreRequestSchema,
  RestoreWindow: restoreWindowSchema,
  RestoredCollection: restoredCollectionSchema,
  Snapshot: snapshotSchema,
} satisfies Readonly<Record<string, z.ZodType>>;

export type RestBodyName = keyof typeof restBodies;
