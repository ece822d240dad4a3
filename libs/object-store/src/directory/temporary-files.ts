import { randomUUID } from 'node:crypto';
import { link, lstat, mkdir, open, readdir, unlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { isFileSystemError } from '@headwater/errors';
import { unlinkIfThere } from './file-access.js';

/** Not a segment of any key. */
const folderName = '#temporary';
const dayMillis = 24 * 60 * 60 * 1000;
/** Tells files of this process from those of an earlier one with the same number, as in a restarted container. */
const thisProcess = randomUUID().slice(0, 8);
const thisHost = hostname().replaceAll(/[^A-Za-z0-9-]/g, '-');
/** Of the process, not of one store: two stores of one process may share a directory. */
let namesTaken = 0;
const nameForm = /^([A-Za-z0-9-]*)\.(\d+)\.([0-9a-f]{8})\.\d+$/;

/** Files on their way to be objects, in a folder of their own on the same file system. */
export class TemporaryFiles {
  private readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Makes the folder, proves that linking works, and clears what dead processes left. */
  static async open(root: string): Promise<TemporaryFiles> {
    const folder = join(root, folderName);
    await mkdir(folder, { recursive: true });
    const files = new TemporaryFiles(folder);
    const now = await files.probe();
    for (const name of await readdir(folder)) {
      await clearIfLeft(join(folder, name), name, now);
    }
    return files;
  }

  /**
   * Puts a durable file with this body at `path`, all of it or nothing. The folder's entry is not durable yet.
   *
   * @returns `exists` when there is anything at `path`, which stays as it is.
   */
  async publish(body: Uint8Array, path: string): Promise<'created' | 'exists'> {
    const temporary = this.nextPath();
    try {
      await writeDurable(temporary, body);
      await link(temporary, path);
      return 'created';
    } catch (error) {
      if (isFileSystemError(error, 'EEXIST')) {
        return 'exists';
      }
      throw error;
    } finally {
      await unlinkIfThere(temporary);
    }
  }

  /** The file system's time, in milliseconds since 1970. */
  private async probe(): Promise<number> {
    const linked = this.nextPath();
    await this.publish(new Uint8Array(), linked);
    const { mtimeMs } = await lstat(linked);
    await unlink(linked);
    return mtimeMs;
  }

  private nextPath(): string {
    namesTaken += 1;
    const number = `${process.pid}.${thisProcess}.${namesTaken}`;
    return join(this.folder, `${thisHost}.${number}`);
  }
}

async function writeDurable(path: string, body: Uint8Array): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(body);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function clearIfLeft(path: string, name: string, now: number): Promise<void> {
  const owner = nameForm.exec(name);
  if (owner === null) {
    return;
  }
  const [, host, pid, incarnation] = owner;
  const left = host === thisHost ? isDead(Number(pid), incarnation) : await isOlderThanADay(path, now);
  if (left) {
    await unlinkIfThere(path);
  }
}

function isDead(pid: number, incarnation: string | undefined): boolean {
  if (pid === process.pid) {
    return incarnation !== thisProcess;
  }
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return isFileSystemError(error, 'ESRCH');
  }
}

/** For files of other hosts, whose processes cannot be asked for. No write takes that long. */
async function isOlderThanADay(path: string, now: number): Promise<boolean> {
  try {
    return now - (await lstat(path)).mtimeMs > dayMillis;
  } catch (error) {
    if (isFileSystemError(error, 'ENOENT')) {
      return false;
    }
    throw error;
  }
}
