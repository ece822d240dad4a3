import { z } from 'zod';
import { defineJsonEvent } from '../json-event.js';
import { positionSchema } from '../timestamps.js';

const fromAgent = {
  deployment: z.string().min(1),
  replicaSet: z.string().min(1),
  replicaSetId: z.string().regex(/^[0-9a-f]{24}$/),
  /** The capture epoch that the agent was obeying. */
  epoch: z.int().min(1),
};

/** The source no longer has what follows `from`: its oldest entry is `oldest`. In order with the batches. */
export const gapFound = defineJsonEvent(
  'io.headwater.oplog.gap-found.v1',
  z.object({ ...fromAgent, chain: z.string().min(1), from: positionSchema, oldest: positionSchema }),
);

/** The source's history at `at` was replaced by a rollback: there it has `found` instead. */
export const forkFound = defineJsonEvent(
  'io.headwater.oplog.fork-found.v1',
  z.object({ ...fromAgent, chain: z.string().min(1), at: positionSchema, found: positionSchema }),
);

/** The first message of an initial sync, before the first batch of its chain. */
export const syncBegun = defineJsonEvent(
  'io.headwater.initial-sync.begun.v1',
  z.object({
    ...fromAgent,
    syncId: z.string().min(1),
    /** Random: tells this beginning from another one of the same sync by an agent that was restarted. */
    attempt: z.string().min(1),
    chain: z.string().min(1),
    beginFetching: positionSchema,
    beginApplying: positionSchema,
    /** host:port of the pinned sync source. */
    member: z.string().min(1),
    serverVersion: z.string().min(1),
    fcv: z.string().min(1),
  }),
);

/** The agent will send no more of this sync: ingest orders another one. */
export const syncAbandoned = defineJsonEvent(
  'io.headwater.initial-sync.abandoned.v1',
  z.object({ ...fromAgent, syncId: z.string().min(1), reason: z.string().min(1) }),
);

export type GapFound = z.infer<typeof gapFound.schema>;
export type ForkFound = z.infer<typeof forkFound.schema>;
export type SyncBegunMessage = z.infer<typeof syncBegun.schema>;
export type SyncAbandoned = z.infer<typeof syncAbandoned.schema>;
