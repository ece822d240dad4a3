import { constants } from 'node:fs';
import { access, readdir, realpath, stat, statfs } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { restoreErrors } from '../restore-errors.js';
import { stagingName } from './staging.js';

/** Room for what a mongod writes while it replays: its journal, and the pages that it rewrites. */
const headroomBytes = 512 * 1024 * 1024;
const headroomRatio = 1.7;

export interface TargetOptions {
  readonly path: string;
  /** Null: every path is allowed. */
  readonly root: string | null;
  /** Headwater's own directories: no restore goes into one, above one, or is one. */
  readonly ours: readonly string[];
  /** Bytes of data files and of oplog that the restore is about to write. */
  readonly bytes: number;
}

/**
 * Whether a restore may go there. Nothing is written.
 *
 * @throws restoreErrors.outsideRoot, directoryNotEmpty, directoryUnusable, diskTooSmall
 */
export async function checkTarget({ path, root, ours, bytes }: TargetOptions): Promise<void> {
  const target = resolve(path);
  const existing = await nearestExisting(target);
  const real = join(await realpath(existing), relative(existing, target));
  await checkPlace(real, root, ours);
  if (existing === target) {
    await checkEmpty(target);
  }
  await access(existing, constants.W_OK | constants.X_OK).catch((cause: unknown) => {
    throw restoreErrors.directoryUnusable(`${existing} cannot be written to`, { cause });
  });
  await checkSpace(existing, bytes);
}

async function nearestExisting(path: string): Promise<string> {
  const found = await stat(path).catch(() => null);
  if (found === null) {
    return nearestExisting(dirname(path));
  }
  if (!found.isDirectory()) {
    throw restoreErrors.directoryUnusable(`${path} is not a directory`);
  }
  return path;
}

async function checkPlace(target: string, root: string | null, ours: readonly string[]): Promise<void> {
  if (root !== null && (target === (await realpath(root)) || !contains(await realpath(root), target))) {
    throw restoreErrors.outsideRoot(`${target} is not below the directory that restores are bound to`);
  }
  for (const own of ours) {
    const real = await realpath(own).catch(() => own);
    if (contains(real, target) || contains(target, real)) {
      throw restoreErrors.directoryUnusable(
        `${target} and ${own}, which Headwater works in, lie within each other`,
      );
    }
  }
  if (target.split(sep).includes(stagingName)) {
    throw restoreErrors.directoryUnusable(`${target} lies in the working directory of another restore`);
  }
}

/** True for the directory itself too. */
function contains(directory: string, path: string): boolean {
  const inside = relative(directory, path);
  return inside !== '..' && !inside.startsWith(`..${sep}`);
}

async function checkEmpty(path: string): Promise<void> {
  const names = await readdir(path).catch((cause: unknown) => {
    throw restoreErrors.directoryUnusable(`${path} cannot be read`, { cause });
  });
  if (names.length > 0) {
    throw restoreErrors.directoryNotEmpty(`${path} is not empty: it holds ${names.slice(0, 3).join(', ')}`);
  }
}

async function checkSpace(existing: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(existing);
  const free = bavail * bsize;
  const needed = Math.ceil(bytes * headroomRatio) + headroomBytes;
  if (free < needed) {
    throw restoreErrors.diskTooSmall(
      `the restore needs ${megabytes(needed)} at ${existing}, and ${megabytes(free)} are free`,
      { details: { neededBytes: needed, freeBytes: free } },
    );
  }
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1_000_000).toLocaleString('en-US')} MB`;
}
