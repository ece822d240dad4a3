import { z } from 'zod';
import { grows } from '../growth.js';
import { oplogTimestampSchema } from '../timestamps.js';
import { idSchema } from './deployment.js';
import { restoreBaseKindSchema } from './restore-base.js';
import { restoreDeliverySchema, restoreTargetSchema } from './restore-request.js';

export const restoreJobStateSchema = z
  .enum([
    'Planned',
    'Materializing',
    'Replaying',
    'Preparing',
    'Verifying',
    'Ready',
    'Delivered',
    'Failed',
    'Cancelled',
  ])
  .meta(grows);

/** States in which nothing more happens to a job. */
export const finishedRestoreJobStates: readonly RestoreJobStateName[] = ['Delivered', 'Failed', 'Cancelled'];

/** What a job that has not begun waits for: a job before it, room for one more mongod, or room on its disk. */
export const restoreWaitSchema = z.enum(['turn', 'memory', 'disk']).meta(grows);

export const restoreProgressSchema = z.object({
  phase: restoreJobStateSchema,
  bytesDone: z.int().min(0),
  bytesTotal: z.int().min(0),
  entriesDone: z.int().min(0),
  /** An estimate until replay has read every slice. */
  entriesTotal: z.int().min(0),
  etaSeconds: z.number().min(0).nullable(),
});

/** A collection of the restored files, counted by looking. */
export const restoredCollectionSchema = z.object({ ns: z.string(), documents: z.int().min(0) });

/** What was checked, and what was seen. */
export const restoreVerificationSchema = z.object({
  /** `open`: hashes of every file, both ends of the oplog, and a mongod that opened the files and listed them. */
  method: z.enum(['open']).meta(grows),
  /** Files of the block snapshot, or parts of the initial sync, whose hash is the recorded one. */
  filesVerified: z.int().min(0),
  bytesVerified: z.int().min(0),
  /** The newest entry of the restored oplog: equals `restoredTo`. */
  oplogTop: oplogTimestampSchema,
  /** `local.replset.minvalid.begin`: equals `restoredTo`. */
  minvalidBegin: oplogTimestampSchema,
  mongodVersion: z.string(),
  /** Ascending; the first 200. `GET /v1/restores/{id}/collections` has them all. */
  collections: z.array(restoredCollectionSchema),
  /** Of all collections, those left out included. */
  collectionsTotal: z.int().min(0).optional(),
  documentsTotal: z.int().min(0).optional(),
  /** `collections` does not have them all. */
  collectionsTruncated: z.boolean().optional(),
});

export const restoreErrorSchema = z.object({ code: z.string(), message: z.string(), solution: z.string() });

export const restoreJobSchema = z.object({
  id: z.string(),
  /** The host that does the work and holds the directory. */
  host: z.string(),
  deploymentId: idSchema,
  state: restoreJobStateSchema,
  target: restoreTargetSchema,
  delivery: restoreDeliverySchema,
  createdAt: z.iso.datetime(),
  finishedAt: z.iso.datetime().nullable(),
  plan: z.object({
    chain: z.string(),
    base: z.object({ kind: restoreBaseKindSchema, id: z.string() }),
    /** The requested point as a timestamp, inclusive. */
    target: oplogTimestampSchema,
    slices: z.int().min(0),
  }),
  progress: restoreProgressSchema,
  /** Only while the job waits for its turn. */
  waitsFor: restoreWaitSchema.optional(),
  /** How often a later process of the service went on with it. */
  resumptions: z.int().min(0).optional(),
  /** It was cancelled then; it ends as Cancelled. */
  cancelRequestedAt: z.iso.datetime().optional(),
  /** The largest archived entry that is not above the target. */
  restoredTo: oplogTimestampSchema.nullable(),
  verification: restoreVerificationSchema.nullable(),
  members: z.array(z.object({ replicaSet: idSchema, restoredTo: oplogTimestampSchema.nullable() })),
  error: restoreErrorSchema.optional(),
});

export type RestoreJobStateName = z.infer<typeof restoreJobStateSchema>;
export type RestoreWait = z.infer<typeof restoreWaitSchema>;
export type RestoredCollection = z.infer<typeof restoredCollectionSchema>;
export type RestoreProgress = z.infer<typeof restoreProgressSchema>;
export type RestoreVerification = z.infer<typeof restoreVerificationSchema>;
export type RestoreJobBody = z.infer<typeof restoreJobSchema>;
