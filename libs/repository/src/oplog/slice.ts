import { timestampsEqual, openBatch, parseTimestampKey, timestampKey } from '@headwater/oplog';
import type { OplogTimestamp, PositionRange, RawEntry } from '@headwater/oplog';
import type { ObjectInfo } from '@headwater/object-store';
import { z } from 'zod';
import { countSchema, nameSchema, rangeSchema } from '../encoding/schemas.js';
import { sha256Of } from '../encoding/sha256.js';
import { repositoryErrors } from '../repository-errors.js';
import {
  decodeFramed,
  encodeFramed,
  encodeHeader,
  frameFields,
  parseHeader,
} from '../store/framed-object.js';
import { damaged } from '../store/object-reading.js';

const sliceHeaderSchema = z.object({
  ...frameFields,
  kind: z.literal('slice'),
  chain: nameSchema,
  range: rangeSchema,
  /** Number of entries, ≥ 1. */
  count: countSchema.min(1),
});

export type SliceHeader = Readonly<z.infer<typeof sliceHeaderSchema>>;

/** What a listing tells of a slice: (from, to] of one chain. */
export interface SliceRef {
  readonly key: string;
  readonly chain: string;
  readonly from: OplogTimestamp;
  readonly to: OplogTimestamp;
  /** The first 16 digits of the sha256 of the header, which holds the sha256 of the entries. */
  readonly hash: string;
  /** Bytes of the object. */
  readonly size: number;
}

export interface Slice {
  readonly ref: SliceRef;
  readonly header: SliceHeader;
  readonly entries: RawEntry[];
}

const timestampWidth = 21;
const suffix = '.bson.zst';
const nameForm = new RegExp(`^(.{${timestampWidth}})-(.{${timestampWidth}})-([0-9a-f]{16})${suffix}$`);

/** The name of an object in a chain's folder, read; null when it is no slice. */
export function parseSliceName(chain: string, name: string, { key, size }: ObjectInfo): SliceRef | null {
  const match = nameForm.exec(name);
  const from = parseTimestampKey(match?.[1] ?? '');
  const to = parseTimestampKey(match?.[2] ?? '');
  return from === null || to === null ? null : { key, chain, from, to, hash: match?.[3] ?? '', size };
}

/**
 * A slice as an object, with its name.
 *
 * @throws repositoryErrors.invalidSlice unless the entries ascend, begin above range.from and end at range.to.
 */
export async function encodeSlice(
  chain: string,
  range: PositionRange,
  entries: readonly Buffer[],
): Promise<{ name: string; hash: string; bytes: Buffer }> {
  const raw = Buffer.concat(entries);
  const sha256 = sha256Of(raw);
  const opened = openBatch({ range, count: entries.length, sha256 }, raw);
  if (!opened.ok) {
    throw repositoryErrors.invalidSlice(`no slice of ${chain}: ${opened.reason}`, {
      details: { chain, range },
    });
  }
  const fields = { kind: 'slice', chain, range, count: entries.length };
  const header = encodeHeader(fields, { sha256, length: raw.length });
  const hash = hashOfHeader(header);
  const name = `${timestampKey(range.from.ts)}-${timestampKey(range.to.ts)}-${hash}${suffix}`;
  return { name, hash, bytes: await encodeFramed(header, raw) };
}

/** @throws repositoryErrors.damagedObject unless the header is the one that the name was made from. */
export function openSliceHeader(ref: SliceRef, headerBytes: Buffer): SliceHeader {
  if (hashOfHeader(headerBytes) !== ref.hash) {
    throw damaged(ref.key, 'its header is not the one of its name');
  }
  const header = parseHeader(ref.key, headerBytes, sliceHeaderSchema);
  const { chain, range } = header;
  if (
    chain !== ref.chain ||
    !timestampsEqual(range.from.ts, ref.from) ||
    !timestampsEqual(range.to.ts, ref.to)
  ) {
    throw damaged(ref.key, 'it does not belong under its name');
  }
  return header;
}

/** @throws repositoryErrors.damagedObject unless everything is as header and name say. */
export async function openSlice(ref: SliceRef, bytes: Buffer): Promise<Slice> {
  const { headerBytes, raw } = await decodeFramed(ref.key, bytes, sliceHeaderSchema);
  const header = openSliceHeader(ref, headerBytes);
  const opened = openBatch(header, raw);
  if (!opened.ok) {
    throw damaged(ref.key, opened.reason);
  }
  return { ref, header, entries: opened.entries };
}

function hashOfHeader(header: Buffer): string {
  return sha256Of(header).slice(0, 16);
}
