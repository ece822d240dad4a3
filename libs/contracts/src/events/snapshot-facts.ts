import { z } from 'zod';
import { defineJsonEvent } from '../json-event.js';
import { snapshotKindSchema } from '../rest/deployment.js';
import { oplogTimestampSchema } from '../timestamps.js';

export const snapshotFactSchema = z.object({
  deployment: z.string().min(1),
  replicaSet: z.string().min(1),
  snapshotId: z.string().min(1),
  kind: snapshotKindSchema,
  chain: z.string().min(1),
  /** Holds every write up to and including this timestamp. */
  ts: oplogTimestampSchema,
  /** Bytes of data files; for a log snapshot those of its base. */
  sizeBytes: z.int().min(0),
  /** Bytes that this snapshot added to the store. */
  storedBytes: z.int().min(0),
  createdAt: z.iso.datetime(),
});

export const snapshotCompleted = defineJsonEvent('io.headwater.snapshot.completed.v1', snapshotFactSchema);

export const snapshotFailed = defineJsonEvent(
  'io.headwater.snapshot.failed.v1',
  z.object({
    deployment: z.string().min(1),
    replicaSet: z.string().min(1),
    code: z.string(),
    reason: z.string(),
  }),
);

export type SnapshotFact = z.infer<typeof snapshotFactSchema>;
export type SnapshotFailed = z.infer<typeof snapshotFailed.schema>;
