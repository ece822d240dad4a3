import { z } from 'zod';
import { encodeCloudEvent, problemOf } from '../cloud-event.js';
import type { CloudEvent, Decoded } from '../cloud-event.js';
import { timestampText, timestampTextSchema } from '../timestamps.js';
import type { WirePosition } from '../timestamps.js';

export const oplogBatchType = 'io.headwater.oplog.batch.v1';

/** What travels in the headers of a batch. Nothing needs to parse BSON to route or to check continuity. */
export interface OplogBatchMeta {
  readonly deployment: string;
  readonly replicaSet: string;
  /** 24 hex digits: `settings.replicaSetId`. `rs0` is everybody's name. */
  readonly replicaSetId: string;
  /** The capture epoch under which it was read. */
  readonly epoch: number;
  readonly chain: string;
  /** Exclusive: the position of the entry before the first. */
  readonly from: WirePosition;
  /** Inclusive: the position of the last entry. */
  readonly to: WirePosition;
  /** Entries in the batch, at least 1. */
  readonly count: number;
  /** Hex sha256 of the value. */
  readonly sha256: string;
}

const decimal = z
  .string()
  .regex(/^-?\d{1,15}$/)
  .transform(Number);

/** The extension attributes of a batch, as they travel: text. */
export const oplogBatchHeadersSchema = z.object({
  deployment: z.string().min(1),
  replicaset: z.string().min(1),
  replicasetid: z.string().regex(/^[0-9a-f]{24}$/),
  epoch: decimal,
  chain: z.string().min(1),
  from: timestampTextSchema,
  fromterm: decimal,
  to: timestampTextSchema,
  toterm: decimal,
  count: decimal,
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  formatversion: z.literal('1'),
});

export function encodeOplogBatch(
  meta: OplogBatchMeta,
  bytes: Buffer,
  context: { readonly source: string; readonly time: Date },
): { headers: Record<string, string>; value: Buffer } {
  const from = timestampText(meta.from.ts);
  const to = timestampText(meta.to.ts);
  return encodeCloudEvent({
    id: `${meta.replicaSetId}/${String(meta.epoch)}/${from}-${to}/${meta.sha256.slice(0, 16)}`,
    source: context.source,
    type: oplogBatchType,
    time: context.time,
    subject: meta.replicaSet,
    contentType: 'application/bson',
    extensions: {
      deployment: meta.deployment,
      replicaset: meta.replicaSet,
      replicasetid: meta.replicaSetId,
      epoch: String(meta.epoch),
      chain: meta.chain,
      from,
      fromterm: String(meta.from.term),
      to,
      toterm: String(meta.to.term),
      count: String(meta.count),
      sha256: meta.sha256,
      formatversion: '1',
    },
    data: bytes,
  });
}

export function decodeOplogBatch(event: CloudEvent): Decoded<OplogBatchMeta> {
  const parsed = oplogBatchHeadersSchema.safeParse(event.extensions);
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
      chain: read.chain,
      from: { ts: read.from, term: read.fromterm },
      to: { ts: read.to, term: read.toterm },
      count: read.count,
      sha256: read.sha256,
    },
  };
}
