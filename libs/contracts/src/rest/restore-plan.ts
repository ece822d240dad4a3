import { z } from 'zod';
import { oplogTimestampSchema } from '../timestamps.js';
import { idSchema } from './deployment.js';
import { restoreBaseKindSchema } from './restore-base.js';
import { restoreWaitSchema } from './restore-job.js';
import { restoreDeliverySchema, restoreTargetSchema } from './restore-request.js';

/** The mongod that would replay and verify. */
export const plannedMongodSchema = z.discriminatedUnion('found', [
  z.object({ found: z.literal(true), series: z.string(), version: z.string(), path: z.string() }),
  z.object({
    found: z.literal(false),
    series: z.string(),
    /** It would be downloaded when the restore begins. */
    obtainable: z.boolean(),
    /** What was looked at. */
    reason: z.string(),
  }),
]);

/** What a restore request would do: the answer to a dry run. */
export const restorePlanSchema = z.object({
  deploymentId: idSchema,
  target: restoreTargetSchema,
  delivery: restoreDeliverySchema,
  /** The largest archived entry that is not above the target: the restored state. */
  restoredTo: oplogTimestampSchema,
  chain: z.string(),
  /** What data files are made of before the replay. */
  base: z.object({ kind: restoreBaseKindSchema, id: z.string(), ts: oplogTimestampSchema }),
  /** The slices that are replayed: how many objects, and their bytes in the store. */
  slices: z.object({ count: z.int().min(0), bytes: z.int().min(0) }),
  /** Entries in these slices: the first and the last one may be used in part. */
  entries: z.int().min(0),
  /** Data files, and the oplog that is appended to them. */
  bytesToWrite: z.int().min(0),
  /** What must be free for it, mongod's own writes included; the reserve of the file system comes on top. */
  bytesNeeded: z.int().min(0),
  /** Free on the file system of the path, now. */
  bytesFree: z.int().min(0),
  mongod: plannedMongodSchema,
  /** From rates measured on two cores; an order of magnitude, not a promise. */
  estimatedSeconds: z.number().min(0),
  /** Absent when it would begin at once. */
  waitsFor: restoreWaitSchema.optional(),
});

export type PlannedMongod = z.infer<typeof plannedMongodSchema>;
export type RestorePlanBody = z.infer<typeof restorePlanSchema>;
