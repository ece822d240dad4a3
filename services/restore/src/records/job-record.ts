import { positionSchema, restoreErrorSchema, restoreJobSchema } from '@headwater/contracts';
import { z } from 'zod';

/** The Idempotency-Key under which a job was asked for. */
const requestKeySchema = z.object({
  key: z.string(),
  /** sha256 of the request's body. */
  bodyHash: z.string(),
  /** Milliseconds since 1970. */
  at: z.number(),
});

/** How a job is about to end: written before its files, or what is left beside them, are removed. */
const endingSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('failed'), error: restoreErrorSchema }),
  z.object({ kind: z.literal('cancelled') }),
  /** The files are in place. */
  z.object({ kind: z.literal('delivered') }),
]);

/** Everything that a later process needs to go on with a job, or to clear away what is left of it. */
export const jobRecordSchema = z.object({
  format: z.literal(1),
  /** Ascending in the order in which jobs were asked for, from 1. */
  sequence: z.int().min(1),
  /** The target is taken and the client may know of the job. One that is not accepted never was. */
  accepted: z.boolean(),
  /** Something is left to be done: the work, the hidden directory, or telling how it ended. */
  open: z.boolean(),
  /** The highest directory that is made for it; null when the target was there. */
  made: z.string().nullable(),
  /** The target with symbolic links followed: no other job goes there, above or below. */
  place: z.string(),
  /** Free bytes that the whole restore needs. */
  neededBytes: z.int().min(0),
  /** What the replay must end at, where the target is a snapshot; null where only the archive tells. */
  top: positionSchema.nullable(),
  /** Where the files stand since their replay; null before its end. */
  replayedTo: positionSchema.nullable(),
  key: requestKeySchema.nullable(),
  ending: endingSchema.nullable(),
  job: restoreJobSchema,
});

export type JobRecord = Readonly<z.infer<typeof jobRecordSchema>>;
export type RequestKey = z.infer<typeof requestKeySchema>;
export type Ending = z.infer<typeof endingSchema>;
