import type { ObjectStore } from '@headwater/object-store';
import { z } from 'zod';
import { canonicalJson } from '../encoding/canonical-json.js';
import { countSchema, formatSchema, sha256Schema } from '../encoding/schemas.js';
import { sha256Of } from '../encoding/sha256.js';
import { parseObject, validated } from '../store/document.js';
import { decodeFramed, encodeFramed, encodeHeader, frameFields } from '../store/framed-object.js';
import { damaged, readObject } from '../store/object-reading.js';
import { blockBytes } from './block.js';

/** Blocks of one file map: 1 GiB of a data file. */
export const blocksPerMap = 8192;

const rawLengthSchema = z.int().min(1).max(blockBytes);

const zeroBlockSchema = z.object({ zero: z.literal(true), length: rawLengthSchema });
const storedBlockSchema = z.object({
  sha256: sha256Schema,
  /** Id of the pack. */
  pack: sha256Schema,
  /** Of the block's frame in the pack, in bytes. */
  offset: countSchema,
  /** Of the block's frame, in bytes. */
  length: countSchema.min(1),
  rawLength: rawLengthSchema,
});

const fileMapSchema = z.object({
  format: formatSchema,
  blocks: z.array(z.union([storedBlockSchema, zeroBlockSchema])).max(blocksPerMap),
});

export type ZeroBlock = Readonly<z.infer<typeof zeroBlockSchema>>;
/** Where a block lies. */
export type StoredBlock = Readonly<z.infer<typeof storedBlockSchema>>;
export type BlockRef = ZeroBlock | StoredBlock;

/** The blocks of one stretch of a data file, in order: up to 8,192 of them, which is 1 GiB. */
export interface FileMap {
  readonly format: 1;
  readonly blocks: readonly BlockRef[];
}

const headerSchema = z.object({ ...frameFields, kind: z.literal('file-map') });

export function fileMapKey(folder: string, sha256: string): string {
  return `${folder}filemaps/${sha256}`;
}

/** A file map as an object. Its name is the sha256 of its canonical JSON: equal stretches have one map. */
export async function encodeFileMap(blocks: readonly BlockRef[]): Promise<{ sha256: string; bytes: Buffer }> {
  const raw = Buffer.from(canonicalJson({ format: 1, blocks }));
  const sha256 = sha256Of(raw);
  const header = encodeHeader({ kind: 'file-map' }, { sha256, length: raw.length });
  return { sha256, bytes: await encodeFramed(header, raw) };
}

/** @throws repositoryErrors.damagedObject or missingObject, naming the key. */
export async function readFileMap(store: ObjectStore, folder: string, sha256: string): Promise<FileMap> {
  const key = fileMapKey(folder, sha256);
  const { header, raw } = await decodeFramed(key, await readObject(store, key), headerSchema);
  if (header.sha256 !== sha256) {
    throw damaged(key, 'it does not belong under its name');
  }
  return validated(key, parseObject(key, raw.toString('utf8')), fileMapSchema);
}
