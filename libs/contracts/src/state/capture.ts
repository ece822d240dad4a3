import { z } from 'zod';
import { defineJsonEvent } from '../json-event.js';
import { replicaSetKey } from '../topics.js';
import { positionSchema } from '../timestamps.js';

export const captureOrderSchema = z.enum(['tail', 'initial-sync', 'none']);

/** What ingest orders for a replica set, and how far it has archived it. One writer: ingest. */
export const captureState = defineJsonEvent(
  'io.headwater.state.capture.v1',
  z.object({
    deployment: z.string().min(1),
    replicaSet: z.string().min(1),
    replicaSetId: z.string(),
    /** Agents obey the highest they have seen. */
    epoch: z.int().min(1),
    order: captureOrderSchema,
    /** Null until the first initial sync has begun. `archivedTo`: every entry up to it is in the store. */
    tail: z.object({ chain: z.string(), archivedTo: positionSchema }).nullable(),
    /** `attempt`: whose beginning was taken; null until then. `archivedPart`: parts 1 to this one are in the store; 0 is none. */
    sync: z
      .object({ id: z.string(), attempt: z.string().nullable(), archivedPart: z.int().min(0) })
      .nullable(),
    /** Why this order was given, for people. */
    reason: z.string(),
    updatedAt: z.iso.datetime(),
  }),
);

export type CaptureOrder = z.infer<typeof captureOrderSchema>;
export type CaptureState = z.infer<typeof captureState.schema>;

export const captureKeyPrefix = 'capture/';

export function captureKey(deployment: string, replicaSet: string): string {
  return `${captureKeyPrefix}${replicaSetKey(deployment, replicaSet)}`;
}
