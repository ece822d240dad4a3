import { z } from 'zod';
import { countSchema, formatSchema, nameSchema, positionSchema, sha256Schema } from '../encoding/schemas.js';

const begunFields = {
  format: formatSchema,
  syncId: nameSchema,
  /** Random: tells the beginning that was taken from another one by an agent that was restarted. */
  attempt: nameSchema,
  chain: nameSchema,
  replicaSetId: nameSchema,
  beginFetching: positionSchema,
  beginApplying: positionSchema,
  /** Host and port of the sync source. */
  member: nameSchema,
  serverVersion: nameSchema,
  fcv: nameSchema,
  epoch: countSchema,
};

/** Written before the first batch of the chain and before the first part. */
export const syncBegunSchema = z.object(begunFields);
export type SyncBegun = Readonly<z.infer<typeof syncBegunSchema>>;

/** Written last: with it the copy is whole. */
export const syncCompleteSchema = z.object({
  ...begunFields,
  /** The copy is consistent once the oplog is applied to it from beginApplying to here. */
  stop: positionSchema,
  /** All of them, 1 to n. */
  parts: z
    .array(z.object({ n: countSchema.min(1), sha256: sha256Schema, bytes: countSchema }))
    .refine((parts) => parts.every(({ n }, index) => n === index + 1), 'not 1 to n'),
  documents: countSchema,
  /** Of the raw documents. */
  bytes: countSchema,
});
export type SyncComplete = Readonly<z.infer<typeof syncCompleteSchema>>;
