import { z } from 'zod';
import { encodeCloudEvent, problemOf } from '../cloud-event.js';
import type { CloudEvent, Decoded } from '../cloud-event.js';
import { defineJsonEvent } from '../json-event.js';
import { positionSchema } from '../timestamps.js';

export const syncPartType = 'io.headwater.initial-sync.part.v1';

/** What travels in the headers of a part; its value is the part as the repository stores it. */
export interface SyncPartMeta {
  readonly deployment: string;
  readonly replicaSet: string;
  readonly replicaSetId: string;
  readonly epoch: number;
  readonly syncId: string;
  /** As in the message that began the sync. */
  readonly attempt: string;
  /** 1, 2, 3 … without holes. */
  readonly part: number;
  /** Hex sha256 of the value. */
  readonly sha256: string;
}

const wholeFromOne = z
  .string()
  .regex(/^[1-9]\d{0,14}$/)
  .transform(Number);

/** The extension attributes of a part, as they travel: text. */
export const syncPartHeadersSchema = z.object({
  deployment: z.string().min(1),
  replicaset: z.string().min(1),
  replicasetid: z.string().regex(/^[0-9a-f]{24}$/),
  epoch: wholeFromOne,
  syncid: z.string().min(1),
  attempt: z.string().min(1),
  part: wholeFromOne,
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  formatversion: z.literal('1'),
});

export function encodeSyncPart(
  meta: SyncPartMeta,
  bytes: Buffer,
  context: { readonly source: string; readonly time: Date },
): { headers: Record<string, string>; value: Buffer } {
  return encodeCloudEvent({
    id: `${meta.replicaSetId}/${meta.syncId}/${meta.attempt}/${String(meta.part)}`,
    source: context.source,
    type: syncPartType,
    time: context.time,
    subject: meta.replicaSet,
    contentType: 'application/bson',
    extensions: {
      deployment: meta.deployment,
      replicaset: meta.replicaSet,
      replicasetid: meta.replicaSetId,
      epoch: String(meta.epoch),
      syncid: meta.syncId,
      attempt: meta.attempt,
      part: String(meta.part),
      sha256: meta.sha256,
      formatversion: '1',
    },
    data: bytes,
  });
}

export function decodeSyncPart(event: CloudEvent): Decoded<SyncPartMeta> {
  const parsed = syncPartHeadersSchema.safeParse(event.extensions);
  if (!parsed.success) {
    return { ok: false, problem: problemOf(parsed.error) };
  }
  const read = parsed.data;
  return {
    ok: true,
    value: {
      deployment: read.deployment,
      replicaSet: read.replicaset,
      replicaSetId: read.replicasetid,
      epoch: read.epoch,
      syncId: read.syncid,
      attempt: read.attempt,
      part: read.part,
      sha256: read.sha256,
    },
  };
}

/** The last message of an initial sync: everything was sent, and this is what makes it whole. */
export const syncSent = defineJsonEvent(
  'io.headwater.initial-sync.sent.v1',
  z.object({
    deployment: z.string().min(1),
    replicaSet: z.string().min(1),
    replicaSetId: z.string().regex(/^[0-9a-f]{24}$/),
    epoch: z.int().min(1),
    syncId: z.string().min(1),
    attempt: z.string().min(1),
    /** The copy is consistent once the oplog has been applied up to and including this entry. */
    stop: positionSchema,
    /** How many parts were sent. */
    parts: z.int().min(1),
    documents: z.int().min(0),
    /** Bytes of documents. */
    bytes: z.int().min(0),
  }),
);

export type SyncSent = z.infer<typeof syncSent.schema>;
