import { constants } from 'node:fs';
import { access, mkdir, open, readdir, realpath, rename, rm, rmdir, stat, statfs } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { messageOf } from '@headwater/errors';
import { restoreErrors } from '../restore-errors.js';

/** Room for what a mongod writes while it replays: its journal, and the pages that it rewrites. */
const headroomBytes = 512 * 1024 * 1024;
const headroomRatio = 1.2;

/** Hidden in the target while a restore works in it. Whoever makes it has taken the target. */
const stagingName = '.headwater-restore';

export interface TargetDirectoryOptions {
  readonly path: string;
  /** Null: every path is allowed. */
  readonly root: string | null;
  /** Bytes of data files and of oplog that the restore is about to write. */
  readonly bytes: number;
}

/**
 * Where a restore goes. Everything is checked before anything is written. The work is done in a hidden directory
 * inside the target, on the same file system: until the last step the target holds nothing that looks like data files.
 */
export class TargetDirectory {
  private constructor(
    readonly path: string,
    private readonly id: string,
    /** The highest directory that was made for it; null when the target was there. */
    private readonly made: string | null,
  ) {}

  /**
   * @throws restoreErrors.outsideRoot, directoryNotEmpty, directoryUnusable, diskTooSmall: nothing was written
   */
  static async check({ path, root, bytes }: TargetDirectoryOptions): Promise<void> {
    const target = resolve(path);
    const existing = await nearestExisting(target);
    await checkRoot(existing, target, root);
    if (existing === target) {
      await checkEmpty(target);
    }
    await access(existing, constants.W_OK | constants.X_OK).catch((cause: unknown) => {
      throw restoreErrors.directoryUnusable(`${existing} cannot be written to`, { cause });
    });
    await checkSpace(existing, bytes);
  }

  /** Makes the directory and takes it: a second restore into it finds it not empty. Leaves nothing when it fails. */
  static async take(options: TargetDirectoryOptions, id: string): Promise<TargetDirectory> {
    await TargetDirectory.check(options);
    const path = resolve(options.path);
    const made = (await mkdir(path, { recursive: true }).catch(unusable(path))) ?? null;
    try {
      await mkdir(join(path, stagingName));
    } catch (error) {
      await (made === null ? undefined : removeEmpty(path, made));
      throw isTaken(error)
        ? restoreErrors.directoryNotEmpty(`${path} was taken by another restore`)
        : unusable(path)(error);
    }
    const target = new TargetDirectory(path, id, made);
    await mkdir(target.own);
    return target;
  }

  /** Where the files are made. */
  get dataDirectory(): string {
    return join(this.own, 'data');
  }

  /** Moves the finished files into place. May be called again after a crash in the middle. */
  async deliver(): Promise<void> {
    for (const name of await readdir(this.dataDirectory)) {
      await rename(join(this.dataDirectory, name), join(this.path, name));
    }
    await syncDirectory(this.path);
    await rm(join(this.path, stagingName), { recursive: true });
  }

  /** Leaves nothing behind: neither files nor directories that were made for them. */
  async discard(): Promise<void> {
    const isOwn = (await stat(this.own).catch(() => null)) !== null;
    if (isOwn) {
      await rm(join(this.path, stagingName), { recursive: true, force: true });
    }
    await (this.made === null ? undefined : removeEmpty(this.path, this.made));
  }

  /** What a process that is gone was making in `path`; null when nothing of it is there. */
  static async leftBehind(path: string, id: string): Promise<TargetDirectory | null> {
    const target = new TargetDirectory(resolve(path), id, null);
    return (await stat(target.own).catch(() => null)) === null ? null : target;
  }

  /** Of this restore alone. */
  private get own(): string {
    return join(this.path, stagingName, this.id);
  }
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

async function checkRoot(existing: string, target: string, root: string | null): Promise<void> {
  if (root === null) {
    return;
  }
  const real = join(await realpath(existing), relative(existing, target));
  const inside = relative(await realpath(root), real);
  if (inside === '' || inside === '..' || inside.startsWith(`..${sep}`)) {
    throw restoreErrors.outsideRoot(`${target} is not below the directory that restores are bound to`);
  }
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

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

function isTaken(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'EEXIST';
}

function unusable(path: string): (cause: unknown) => never {
  return (cause) => {
    throw restoreErrors.directoryUnusable(`${path} cannot be made: ${messageOf(cause)}`, { cause });
  };
}

async function removeEmpty(path: string, highest: string): Promise<void> {
  await rmdir(path).catch(() => undefined);
  if (path !== highest && path.startsWith(highest)) {
    await removeEmpty(dirname(path), highest);
  }
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1_000_000).toLocaleString('en-US')} MB`;
}
