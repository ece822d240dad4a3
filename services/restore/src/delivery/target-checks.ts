import { constants } from 'node:fs';
import { access, readdir, realpath, stat, statfs } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import type { HeadwaterError } from '@headwater/errors';
import { restoreErrors } from '../restore-errors.js';
import { stagingName } from './staging.js';

/** Room for what a mongod writes while it replays: its journal, and the pages that it rewrites. */
export const headroomBytes = 512 * 1024 * 1024;
const headroomRatio = 1.7;

export interface TargetOptions {
  readonly path: string;
  /** Null: every path is allowed. */
  readonly root: string | null;
  /** Headwater's own directories: no restore goes into one, above one, or is one. */
  readonly ours: readonly string[];
  /** Where restores that have not ended go, symbolic links followed: none goes into one, above one, or is one. */
  readonly taken: readonly string[];
}

/** A directory that a restore may go to. */
export interface TargetSurvey {
  /** Absolute, as it was asked for. */
  readonly path: string;
  /** The same with symbolic links followed. */
  readonly place: string;
  /** The highest directory that has to be made for it; null when it is there. */
  readonly made: string | null;
  readonly volume: VolumeState;
}

/** The file system that a directory is on. */
export interface VolumeState {
  readonly volume: string;
  readonly freeBytes: number;
}

/**
 * Whether a restore may go there. Nothing is written.
 *
 * @throws restoreErrors.outsideRoot, directoryTaken, directoryNotEmpty, directoryUnusable
 */
export async function surveyTarget({ path, root, ours, taken }: TargetOptions): Promise<TargetSurvey> {
  const target = resolve(path);
  const existing = await nearestExisting(target);
  const missing = relative(existing, target);
  const place = join(await realpath(existing), missing);
  await checkPlace(place, root, ours);
  checkFree(place, taken);
  if (missing === '') {
    await checkEmpty(target);
  }
  await access(existing, constants.W_OK | constants.X_OK).catch((cause: unknown) => {
    throw restoreErrors.directoryUnusable(`${existing} cannot be written to`, { cause });
  });
  const [first = ''] = missing.split(sep);
  const made = missing === '' ? null : join(existing, first);
  return { path: target, place, made, volume: await volumeOf(existing) };
}

/** @param path of a directory that is there */
export async function volumeOf(path: string): Promise<VolumeState> {
  const [{ bavail, bsize }, { dev }] = await Promise.all([statfs(path), stat(path)]);
  return { volume: String(dev), freeBytes: bavail * bsize };
}

/**
 * What must be free for a restore.
 *
 * @param bytes of data files and of oplog that it writes
 */
export function neededBytesOf(bytes: number): number {
  return Math.ceil(bytes * headroomRatio) + headroomBytes;
}

/** @param path for people */
export function tooSmall(path: string, neededBytes: number, freeBytes: number): HeadwaterError {
  return restoreErrors.diskTooSmall(
    `the restore needs ${megabytes(neededBytes)} at ${path}, what stays free included, and ${megabytes(freeBytes)} are free`,
    { details: { neededBytes, freeBytes } },
  );
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

/** Restores that run or wait have their directories: they are not looked into. */
function checkFree(place: string, taken: readonly string[]): void {
  const other = taken.find((one) => contains(one, place) || contains(place, one));
  if (other !== undefined) {
    throw restoreErrors.directoryTaken(
      other === place
        ? `${place} is taken by another restore`
        : `${place} and ${other}, which is taken by another restore, lie within each other`,
    );
  }
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1_000_000).toLocaleString('en-US')} MB`;
}
