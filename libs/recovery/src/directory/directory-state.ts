import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { isFileSystemError, messageOf } from '@headwater/errors';
import { recoveryErrors } from '../recovery-errors.js';
import { replaceFile, syncDirectory } from './durable-files.js';

const uint32 = z.int().min(0).max(0xffff_ffff);
const timestamp = z.object({ t: uint32, i: uint32 });
const position = z.object({ ts: timestamp, term: z.int().min(-1) });
const fields = {
  format: z.literal(1),
  /** The chain that the files belong to; they never go on on another. */
  chain: z.string().min(1),
  /** Major and minor version of the mongod that the files are for. */
  series: z.string().min(1),
};

const stateSchema = z.discriminatedUnion('phase', [
  /** The files are being made: a crash leaves nothing of use. */
  z.object({ ...fields, phase: z.literal('seeding') }),
  z.object({ ...fields, phase: z.literal('materializing') }),
  /** Consistent at `position`. `fingerprint` is that of the final files; null while Headwater looks at them. */
  z.object({
    ...fields,
    phase: z.literal('idle'),
    position,
    fingerprint: z.string().nullable().default(null),
  }),
  /** Consistent at `position`; entries up to `to` are being inserted into the oplog. */
  z.object({ ...fields, phase: z.literal('appending'), position, to: timestamp }),
  /** Everything up to `target` is in the oplog and is being applied. */
  z.object({ ...fields, phase: z.literal('recovering'), target: position }),
]);

/** What is known of a data directory, from the file beside it. A phase is written before its first effect. */
export type DirectoryState = Readonly<z.infer<typeof stateSchema>>;

/** The file lies beside the directory, which holds nothing but mongod's files. */
export function stateFileOf(directory: string): string {
  return `${directory}.state.json`;
}

/**
 * Null for a directory that Headwater never made.
 *
 * @throws recoveryErrors.unreadableState
 */
export async function readState(directory: string): Promise<DirectoryState | null> {
  const file = stateFileOf(directory);
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (isFileSystemError(error, 'ENOENT')) return null;
    throw error;
  });
  if (text === null) return null;
  try {
    return stateSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw recoveryErrors.unreadableState(`${file} cannot be read: ${messageOf(cause)}`, { cause });
  }
}

/** Durable when it resolves. */
export async function writeState(directory: string, state: DirectoryState): Promise<void> {
  const file = stateFileOf(directory);
  await mkdir(dirname(file), { recursive: true });
  await replaceFile(file, `${JSON.stringify(stateSchema.parse(state))}\n`);
}

/** From here on the directory is none of ours. */
export async function removeState(directory: string): Promise<void> {
  const file = stateFileOf(directory);
  await rm(file, { force: true });
  await syncDirectory(dirname(file));
}
