import { z } from 'zod';
import { defineJsonEvent } from '../json-event.js';
import { snapshotKindSchema } from '../rest/deployment.js';
import { oplogTimestampSchema } from '../timestamps.js';

const about = {
  deployment: z.string().min(1).describe('What is backed up.'),
  replicaSet: z.string().min(1),
};

export const snapshotFactSchema = z.object({
  ...about,
  snapshotId: z
    .string()
    .min(1)
    .describe('What a restore request names: `{"kind": "snapshot", "snapshotId": …}`.'),
  kind: snapshotKindSchema.describe(
    '`block`: data files. `log`: a block snapshot and the oplog up to a later moment. Both restore alike.',
  ),
  chain: z.string().min(1).describe('The unbroken run of oplog that it lies on.'),
  ts: oplogTimestampSchema.describe('It holds every write up to and including this timestamp.'),
  sizeBytes: z.int().min(0).describe('Bytes of data files; for a log snapshot those of its base.'),
  storedBytes: z.int().min(0).describe('Bytes that this snapshot added to the store.'),
  createdAt: z.iso.datetime(),
});

export const snapshotCompleted = defineJsonEvent('io.headwater.snapshot.completed.v1', snapshotFactSchema);

export const snapshotFailed = defineJsonEvent(
  'io.headwater.snapshot.failed.v1',
  z.object({
    ...about,
    code: z.string().describe('As in docs/errors.md.'),
    reason: z.string().describe('For people.'),
  }),
);

export type SnapshotFact = z.infer<typeof snapshotFactSchema>;
export type SnapshotFailed = z.infer<typeof snapshotFailed.schema>;
