import { z } from 'zod';
import { grows } from '../growth.js';
import { defineJsonEvent } from '../json-event.js';
import { clusterMembershipSchema } from '../state/agent.js';
import { captureOrderSchema } from '../state/capture.js';
import { positionSchema } from '../timestamps.js';

const about = {
  deployment: z.string().min(1).describe('What is backed up.'),
  replicaSet: z.string().min(1),
};

/** An agent became the active one of a replica set. */
export const agentAnnounced = defineJsonEvent(
  'io.headwater.agent.announced.v1',
  z.object({
    ...about,
    agentId: z.string(),
    replicaSetId: z.string(),
    member: z.string(),
    serverVersion: z.string(),
    fcv: z.string(),
    /** Null: it belongs to no sharded cluster. Left out by an agent that does not tell. */
    cluster: clusterMembershipSchema.nullable().optional(),
  }),
);

/** An agent began its work on a server version that the engine suite was not run on. Capture goes on. */
export const captureVersionUntested = defineJsonEvent(
  'io.headwater.capture.version-untested.v1',
  z.object({
    ...about,
    agentId: z.string(),
    serverVersion: z.string(),
    testing: z.enum(['untested-patch', 'untested-series']).meta(grows),
    notice: z.string().describe('For people: what that means, and what to do.'),
  }),
);

/** Ingest gave a new order: a new epoch began. */
export const captureOrdered = defineJsonEvent(
  'io.headwater.capture.ordered.v1',
  z.object({
    ...about,
    epoch: z.int().describe('Numbers the orders of a replica set; the highest counts.'),
    order: captureOrderSchema,
    chain: z.string().nullable(),
    reason: z.string(),
  }),
);

/** Every part of an initial sync is in the store. */
export const initialSyncCompleted = defineJsonEvent(
  'io.headwater.initial-sync.completed.v1',
  z.object({
    ...about,
    syncId: z.string(),
    chain: z.string(),
    stop: positionSchema.describe(
      'The copy is consistent once the oplog up to and including this entry is applied.',
    ),
    parts: z.int(),
    documents: z.int(),
    bytes: z.int(),
  }),
);

/** A range exists nowhere any more: the chain ends at `from`. */
export const gapRecorded = defineJsonEvent(
  'io.headwater.oplog.gap-recorded.v1',
  z.object({ ...about, chain: z.string(), from: positionSchema, to: positionSchema }),
);

/** A rollback replaced history that was archived: the chain ends at `at`. */
export const forkRecorded = defineJsonEvent(
  'io.headwater.oplog.fork-recorded.v1',
  z.object({ ...about, chain: z.string(), at: positionSchema, reason: z.string() }),
);

/** Something on the bus could not be used; `action` says what ingest did. Nothing is skipped. */
export const captureDisturbed = defineJsonEvent(
  'io.headwater.capture.disturbed.v1',
  z.object({
    ...about,
    action: z.enum(['rewind', 'hold', 'sync-abandoned', 'refused']).meta(grows),
    reason: z.string(),
  }),
);

export type AgentAnnounced = z.infer<typeof agentAnnounced.schema>;
export type CaptureVersionUntested = z.infer<typeof captureVersionUntested.schema>;
export type CaptureOrdered = z.infer<typeof captureOrdered.schema>;
export type InitialSyncCompleted = z.infer<typeof initialSyncCompleted.schema>;
export type GapRecorded = z.infer<typeof gapRecorded.schema>;
export type ForkRecorded = z.infer<typeof forkRecorded.schema>;
export type CaptureDisturbed = z.infer<typeof captureDisturbed.schema>;
