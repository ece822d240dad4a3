import { parseTimestampKey, timestampKey, timestampsEqual } from '@headwater/oplog';
import type { OplogTimestamp, Position } from '@headwater/oplog';
import { z } from 'zod';
import {
  countSchema,
  formatSchema,
  nameSchema,
  positionSchema,
  sha256Schema,
  timeSchema,
} from '../encoding/schemas.js';
import { blocksPerMap } from './file-map.js';
import { blockBytes } from './block.js';

const suffixForm = /^[0-9a-f]{8}$/;
const idForm = /^(.{21})-[0-9a-f]{8}$/;

export const snapshotIdSchema = z.string().regex(idForm, 'not a snapshot id');

/** Of files in a directory: no way out of it. */
const pathSchema = z
  .string()
  .min(1)
  .refine(
    (path) => !path.includes('\0') && path.split('/').every((name) => !['', '.', '..'].includes(name)),
    {
      message: 'not a relative path',
    },
  );

const manifestFileSchema = z
  .object({
    /** Relative, with '/'. */
    path: pathSchema,
    /** Bytes. */
    size: countSchema,
    /** Permission bits. */
    mode: z.int().min(0).max(0o7777),
    /** Of the whole file. */
    sha256: sha256Schema,
    /** One for each GiB of the file, in order; none for an empty file. */
    fileMaps: z.array(sha256Schema),
  })
  .refine(({ size, fileMaps }) => fileMaps.length === Math.ceil(size / (blockBytes * blocksPerMap)), {
    message: 'not as many file maps as the size needs',
    path: ['fileMaps'],
  });

/** One data file of a snapshot. */
export type ManifestFile = Readonly<z.infer<typeof manifestFileSchema>>;

/** The document that makes a block snapshot exist. Written last. */
export const manifestSchema = z
  .object({
    format: formatSchema,
    id: snapshotIdSchema,
    kind: z.literal('block'),
    deployment: nameSchema,
    replicaSet: nameSchema,
    replicaSetId: nameSchema,
    chain: nameSchema,
    /** Of the newest oplog entry that the data files contain. */
    position: positionSchema,
    serverVersion: nameSchema,
    fcv: nameSchema,
    blockBytes: z.literal(blockBytes),
    /** Ascending by path. */
    files: z.array(manifestFileSchema),
    /** Ids of all packs that hold blocks of it, ascending. */
    packs: z.array(sha256Schema),
    /** Sum of the files' sizes. */
    sizeBytes: countSchema,
    /** What this snapshot added to the store: new packs and file maps. */
    storedBytes: countSchema,
    createdAt: timeSchema,
    /** Id of the snapshot whose blocks were used again. */
    parent: nameSchema.nullable(),
  })
  .refine(({ id, position }) => isIdAt(id, position), {
    message: 'not the timestamp of the id',
    path: ['position', 'ts'],
  });

/** Of a block snapshot: the one that has data files. */
export type Manifest = Readonly<z.infer<typeof manifestSchema>>;

/** What a listing tells of a snapshot. */
export interface SnapshotRef {
  readonly id: string;
  readonly ts: OplogTimestamp;
  readonly key: string;
}

/**
 * `<timestamp key>-<suffix>`: snapshots sort in time.
 *
 * @param suffix 8 hexadecimal digits. The same for the same sealing: then trying again does not make a second snapshot.
 */
export function snapshotId(ts: OplogTimestamp, suffix: string): string {
  if (!suffixForm.test(suffix)) {
    throw new RangeError(`not 8 hexadecimal digits: ${suffix}`);
  }
  return `${timestampKey(ts)}-${suffix}`;
}

/** The timestamp in a snapshot id; null when it is none. */
export function parseSnapshotId(id: string): OplogTimestamp | null {
  return parseTimestampKey(idForm.exec(id)?.[1] ?? '');
}

export function manifestKey(folder: string, id: string): string {
  return `${folder}snapshots/${id}.json`;
}

/** Whether a snapshot of this id may have this position. */
export function isIdAt(id: string, { ts }: Position): boolean {
  const named = parseSnapshotId(id);
  return named !== null && timestampsEqual(named, ts);
}
