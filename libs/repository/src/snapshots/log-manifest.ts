import { compareTimestamps } from '@headwater/oplog';
import { z } from 'zod';
import { countSchema, nameSchema, positionSchema, timeSchema } from '../encoding/schemas.js';
import { isIdAt, snapshotIdSchema } from './manifest.js';

/** Manifests of log snapshots are of this format, so that a version that knows none says so instead of calling them damaged. */
export const logManifestFormat = 2;

/**
 * The document that makes a log snapshot exist: a block snapshot and how far the oplog of its chain is to be applied to it. The
 * slices are named by their range alone, so it has the same size whatever they hold, and any cover of the range will do.
 */
export const logManifestSchema = z
  .object({
    format: z.literal(logManifestFormat),
    id: snapshotIdSchema,
    kind: z.literal('log'),
    deployment: nameSchema,
    replicaSet: nameSchema,
    replicaSetId: nameSchema,
    chain: nameSchema,
    /** Of the newest oplog entry that it holds, which is the last one of the range. */
    position: positionSchema,
    serverVersion: nameSchema,
    fcv: nameSchema,
    /** A block snapshot of the same chain. The range of slices is (base.position, position]. */
    base: z.object({ snapshotId: snapshotIdSchema, position: positionSchema }),
    /** What the range held when the snapshot was made: entries, and their raw bytes. For estimates, not for checks. */
    oplog: z.object({ entries: countSchema, rawBytes: countSchema }),
    /** Of the base: the data files that a restore begins with. */
    sizeBytes: countSchema,
    /** What it added to the store besides this document: nothing. */
    storedBytes: z.literal(0),
    createdAt: timeSchema,
  })
  .refine(({ id, position }) => isIdAt(id, position), {
    message: 'not the timestamp of the id',
    path: ['position', 'ts'],
  })
  .refine(({ base }) => isIdAt(base.snapshotId, base.position), {
    message: 'not the timestamp of the id',
    path: ['base', 'position', 'ts'],
  })
  .refine(({ base, position }) => compareTimestamps(base.position.ts, position.ts) < 0, {
    message: 'not below the position',
    path: ['base', 'position', 'ts'],
  });

export type LogManifest = Readonly<z.infer<typeof logManifestSchema>>;

/** What only the sealer knows of a log snapshot. */
export type LogSeal = Omit<LogManifest, 'format' | 'kind' | 'deployment' | 'replicaSet' | 'storedBytes'>;
