import type { ObjectStore } from '@headwater/object-store';
import { z } from 'zod';
import { canonicalJson, isRecord } from '../encoding/canonical-json.js';
import { sha256Of } from '../encoding/sha256.js';
import { repositoryErrors } from '../repository-errors.js';
import { damaged, readObjectIfThere } from './object-reading.js';

/** The format of every document but the few that say otherwise. */
const firstFormat = 1;

/**
 * A document as it is stored: canonical JSON of its fields and of `checksum`, the sha256 of the canonical JSON without it.
 *
 * @throws repositoryErrors.invalidDocument when the schema would not take it back.
 */
export function encodeDocument<T extends object>(schema: z.ZodType<T>, document: T): Buffer {
  const parsed = schema.safeParse(document);
  if (!parsed.success) {
    throw repositoryErrors.invalidDocument(`cannot be stored: ${z.prettifyError(parsed.error)}`);
  }
  const checksum = sha256Of(canonicalJson(parsed.data));
  return Buffer.from(`${canonicalJson({ ...parsed.data, checksum })}\n`);
}

/**
 * @throws repositoryErrors.damagedObject naming the key, and the field where one is wrong; repositoryErrors.unknownFormat
 * when a newer version wrote it.
 */
export function decodeDocument<T>(key: string, bytes: Buffer, schema: z.ZodType<T>): T {
  return validated(key, openDocument(key, bytes), schema);
}

/**
 * The fields of a document, its checksum proven; what they mean is not looked at.
 *
 * @param newestFormat the largest format that the caller knows for documents of this kind
 */
export function openDocument(
  key: string,
  bytes: Buffer,
  newestFormat: number = firstFormat,
): Record<string, unknown> {
  const { checksum, ...fields } = parseObject(key, bytes.toString('utf8'), newestFormat);
  if (checksum !== sha256Of(canonicalJson(fields))) {
    throw damaged(key, 'its checksum is wrong');
  }
  return fields;
}

/** A JSON object of a known format. */
export function parseObject(
  key: string,
  json: string,
  newestFormat: number = firstFormat,
): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw damaged(key, 'it is not JSON', error);
  }
  if (!isRecord(value)) {
    throw damaged(key, 'it is not a JSON object');
  }
  if (typeof value['format'] === 'number' && value['format'] > newestFormat) {
    const message = `${key} has format ${value['format']}; this version reads format ${newestFormat}`;
    throw repositoryErrors.unknownFormat(message, { details: { key, format: value['format'] } });
  }
  return value;
}

/** @throws repositoryErrors.damagedObject naming the key and the field. */
export function validated<T>(key: string, value: unknown, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const field = issue?.path.map(String).join('.') ?? '';
    throw damaged(
      key,
      `field ${field === '' ? '(all)' : field}: ${issue?.message ?? 'invalid'}`,
      parsed.error,
    );
  }
  return parsed.data;
}

/** Create-only. */
export async function createDocument<T extends object>(
  store: ObjectStore,
  key: string,
  schema: z.ZodType<T>,
  document: T,
): Promise<'created' | 'exists'> {
  return store.create(key, encodeDocument(schema, document));
}

/** Null when there is none; throws as `decodeDocument` does. */
export async function readDocument<T>(
  store: ObjectStore,
  key: string,
  schema: z.ZodType<T>,
): Promise<T | null> {
  const bytes = await readObjectIfThere(store, key);
  return bytes === null ? null : decodeDocument(key, bytes, schema);
}
