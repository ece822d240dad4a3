import type { ObjectStore } from '@headwater/object-store';
import { z } from 'zod';
import { messageOf } from '@headwater/errors';
import { canonicalJson } from '../encoding/canonical-json.js';
import { countSchema, formatSchema, sha256Schema } from '../encoding/schemas.js';
import { sha256Of } from '../encoding/sha256.js';
import { compress, decompress } from '../encoding/zstd.js';
import { parseObject, validated } from './document.js';
import { damaged, readObjectRange } from './object-reading.js';

/** Of a zstd skippable frame: every zstd decoder passes over it, so `zstd -d` of the object gives the raw bytes. */
const skippableMagic = 0x184d_2a50;
const prologueBytes = 8;
/** What the first ranged read of a header takes; longer headers need a second one. */
const headerGuessBytes = 4096;
const longestHeaderBytes = 64 * 1024;

/** The fields of every header. `encryption` leaves room for a scheme; what is not null cannot be read yet. */
export const frameFields = {
  format: formatSchema,
  sha256: sha256Schema,
  rawBytes: countSchema,
  encryption: z.null(),
};

/** The header of a framed object: the bytes that its name may be derived from. */
export function encodeHeader(
  fields: object,
  raw: { readonly sha256: string; readonly length: number },
): Buffer {
  const { sha256, length: rawBytes } = raw;
  return Buffer.from(canonicalJson({ ...fields, format: 1, sha256, rawBytes, encryption: null }));
}

/** The object: a skippable frame with the header, then the raw bytes as one zstd frame. */
export async function encodeFramed(header: Buffer, raw: Uint8Array): Promise<Buffer> {
  const prologue = Buffer.alloc(prologueBytes);
  prologue.writeUInt32LE(skippableMagic, 0);
  prologue.writeUInt32LE(header.length, 4);
  return Buffer.concat([prologue, header, await compress(raw)]);
}

export interface FrameFields {
  readonly sha256: string;
  readonly rawBytes: number;
}

/**
 * Header and raw bytes of an object that was read whole.
 *
 * @throws repositoryErrors.damagedObject naming the key unless the raw bytes have the length and sha256 of the header.
 */
export async function decodeFramed<H extends FrameFields>(
  key: string,
  bytes: Buffer,
  schema: z.ZodType<H>,
): Promise<{ header: H; headerBytes: Buffer; raw: Buffer }> {
  const headerBytes = headerBytesOf(key, bytes, bytes.length);
  const header = parseHeader(key, headerBytes, schema);
  const raw = await decompressed(key, bytes.subarray(prologueBytes + headerBytes.length), header.rawBytes);
  if (sha256Of(raw) !== header.sha256) {
    throw damaged(key, 'its contents do not have the sha256 of its header');
  }
  return { header, headerBytes, raw };
}

/** The header alone, by ranged reads. `size` is the object's length in bytes. */
export async function readHeaderBytes(store: ObjectStore, key: string, size: number): Promise<Buffer> {
  const first = await readObjectRange(store, key, 0, Math.min(size, headerGuessBytes));
  const end = prologueBytes + headerLengthOf(key, first, size);
  return headerBytesOf(key, end <= first.length ? first : await readObjectRange(store, key, 0, end), size);
}

/** @throws repositoryErrors.damagedObject naming the key and the field. */
export function parseHeader<H>(key: string, headerBytes: Buffer, schema: z.ZodType<H>): H {
  return validated(key, parseObject(key, headerBytes.toString('utf8')), schema);
}

function headerBytesOf(key: string, bytes: Buffer, size: number): Buffer {
  return bytes.subarray(prologueBytes, prologueBytes + headerLengthOf(key, bytes, size));
}

function headerLengthOf(key: string, bytes: Buffer, size: number): number {
  if (bytes.length < prologueBytes || bytes.readUInt32LE(0) !== skippableMagic) {
    throw damaged(key, 'it does not begin with a header');
  }
  const length = bytes.readUInt32LE(4);
  if (length > longestHeaderBytes || prologueBytes + length > size) {
    throw damaged(key, 'its header has an impossible length');
  }
  return length;
}

async function decompressed(key: string, compressed: Buffer, rawBytes: number): Promise<Buffer> {
  try {
    return await decompress(compressed, rawBytes);
  } catch (error) {
    throw damaged(key, `its contents cannot be decompressed, ${messageOf(error)}`, error);
  }
}
