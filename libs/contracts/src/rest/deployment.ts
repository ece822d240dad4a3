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

/** Why nothing above `at`, the end of a window, can be restored from its chain. */
export const windowEndSchema = z.discriminatedUnion('kind', [
  /** The oplog of (at, to] exists nowhere any more: the chain ends here. */
  z.object({ kind: z.literal('gap'), at: oplogTimestampSchema, to: oplogTimestampSchema }),
  /** A rollback replaced the history that ends here: the chain ends. */
  z.object({ kind: z.literal('fork'), at: oplogTimestampSchema }),
  /** Slices of (at, to] are missing from the store; the chain goes on behind them. */
  z.object({ kind: z.literal('hole'), at: oplogTimestampSchema, to: oplogTimestampSchema }),
]);

/** A maximal range of restorable timestamps: both ends included, on one chain. */
export const restoreWindowSchema = z.object({
  from: oplogTimestampSchema,
  to: oplogTimestampSchema,
  chain: z.string(),
  /** Left out where the window ends because nothing above is archived yet. */
  endedBy: windowEndSchema.optional(),
});

/** `block`: data files. `log`: a block snapshot and the oplog up to a later moment. Both restore alike. */
export const snapshotKindSchema = z.enum(['block', 'log']);

export const snapshotSchema = z.object({
  id: z.string(),
  ts: oplogTimestampSchema,
  kind: snapshotKindSchema,
  chain: z.string(),
  /** Bytes of data files; for a log snapshot those of its base. */
  sizeBytes: z.int(),
});

export type DeploymentBody = z.infer<typeof deploymentSchema>;
export type RestoreWindowBody = z.infer<typeof restoreWindowSchema>;
export type SnapshotBody = z.infer<typeof snapshotSchema>;
