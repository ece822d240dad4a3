import { z } from 'zod';
import { grows } from '../growth.js';
import { defineJsonEvent } from '../json-event.js';
import { replicaSetKey } from '../topics.js';
import { positionSchema } from '../timestamps.js';

/** The maintained copy of a replica set. One writer: snapshot-builder. */
export const headState = defineJsonEvent(
  'io.headwater.state.head.v1',
  z.object({
    deployment: z.string().min(1),
    replicaSet: z.string().min(1),
    state: z.enum(['absent', 'seeding', 'idle', 'sealing', 'broken']).meta(grows),
    chain: z.string().nullable(),
    /** Where the head's files stand. */
    position: positionSchema.nullable(),
    /** What it is working on: 0 to 1, or null when unknown. */
    progress: z.number().min(0).max(1).nullable(),
    /** Why it is broken; while it is being made, what of. */
    reason: z.string().nullable(),
    updatedAt: z.iso.datetime(),
  }),
);

export type HeadState = z.infer<typeof headState.schema>;

export const headKeyPrefix = 'head/';

export function headKey(deployment: string, replicaSet: string): string {
  return `${headKeyPrefix}${replicaSetKey(deployment, replicaSet)}`;
}
