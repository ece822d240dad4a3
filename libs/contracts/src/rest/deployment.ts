import { z } from 'zod';
import { encodeId } from '../topics.js';
import { positionSchema, oplogTimestampSchema } from '../timestamps.js';

/** Ids of deployments and replica sets: 1 to 100 characters, and at most 200 as they stand in keys. */
export const idSchema = z
  .string()
  .min(1)
  .max(100)
  .refine((id) => id.isWellFormed() && encodeId(id).length <= 200, 'too long, or not well-formed text');

export const deploymentSchema = z.object({
  id: idSchema,
  kind: z.literal('replica-set'),
  replicaSets: z.array(
    z.object({
      name: idSchema,
      replicaSetId: z.string(),
      /** Every entry up to it is in the store; null before the first initial sync has begun. */
      archivedTo: positionSchema.nullable(),
      chain: z.string().nullable(),
    }),
  ),
});

/** A maximal range of restorable timestamps: both ends included, on one chain. */
export const restoreWindowSchema = z.object({
  from: oplogTimestampSchema,
  to: oplogTimestampSchema,
  chain: z.string(),
});

export const snapshotSchema = z.object({
  id: z.string(),
  ts: oplogTimestampSchema,
  kind: z.literal('block'),
  chain: z.string(),
  /** Bytes of data files. */
  sizeBytes: z.int(),
});

export function listSchema<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), nextCursor: z.string().optional() });
}

export type DeploymentBody = z.infer<typeof deploymentSchema>;
export type RestoreWindowBody = z.infer<typeof restoreWindowSchema>;
export type SnapshotBody = z.infer<typeof snapshotSchema>;
