import { mkdir, mkdtemp, readdir, realpath, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '@headwater/errors';
import { launcherErrors } from '../launcher-errors.js';
import { DirectoryLock, lockFileName } from './lock.js';

/** Where one installation keeps everything. Locked while it is open. */
export class DataDirectory {
  private constructor(
    /** Absolute, without symbolic links. */
    readonly path: string,
    /** Made for this run alone. */
    readonly temporary: boolean,
    private readonly lock: DirectoryLock,
  ) {}

  /**
   * Makes `path` where it is missing, and locks it.
   *
   * @throws launcherErrors.directoryUnusable when it holds something that we did not make; directoryLocked
   */
  static async open(path: string, pid: number): Promise<DataDirectory> {
    const made = await prepare(path).catch((cause: unknown) => {
      throw launcherErrors.directoryUnusable(`${path} cannot be used: ${messageOf(cause)}`, { cause });
    });
    const names = await readdir(made);
    if (names.length > 0 && !names.includes(lockFileName)) {
      throw launcherErrors.directoryUnusable(
        `${path} is not empty and holds no Headwater data (${names.slice(0, 3).join(', ')})`,
      );
    }
    return new DataDirectory(made, false, DirectoryLock.take(made, pid));
  }

  /** A new one below `parent`, the system's directory for temporary files. */
  static async temporary(parent: string, pid: number): Promise<DataDirectory> {
    const made = await mkdtemp(join(parent, 'headwater-once-')).catch((cause: unknown) => {
      throw launcherErrors.directoryUnusable(`${parent} cannot be used: ${messageOf(cause)}`, { cause });
    });
    const path = await realpath(made);
    return new DataDirectory(path, true, DirectoryLock.take(path, pid));
  }

  get busFile(): string {
    return join(this.path, 'bus', 'headwater.db');
  }

  /** Records of restore jobs. */
  get restoreState(): string {
    return join(this.path, 'bus', 'restores');
  }

  get store(): string {
    return join(this.path, 'store');
  }

  /** Of a broker of our own: data, settings and log. */
  get kafka(): string {
    return join(this.path, 'kafka');
  }

  /** What a MinIO of our own keeps. */
  get minio(): string {
    return join(this.path, 'minio');
  }

  get minioKeys(): string {
    return join(this.path, 'minio-keys.json');
  }

  get heads(): string {
    return join(this.path, 'heads');
  }

  get sample(): string {
    return join(this.path, 'sample');
  }

  get logs(): string {
    return join(this.path, 'logs');
  }

  /** Processes that an earlier run left behind there, if they still run. */
  get earlierProcesses(): readonly number[] {
    return this.lock.earlierProcesses;
  }

  /** What runs there now: a later run waits for its end, should this one be killed. */
  noteProcesses(pids: readonly number[]): void {
    this.lock.noteProcesses(pids);
  }

  /** Bytes that may still be written to its disk, and how large that is. */
  async room(): Promise<{ readonly freeBytes: number; readonly totalBytes: number }> {
    const { bavail, blocks, bsize } = await statfs(this.path);
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
  }

  /** An earlier run has restored something there. */
  async hasRestored(): Promise<boolean> {
    return (await readdir(join(this.path, 'restored')).catch(() => [])).length > 0;
  }

  get sourceFile(): string {
    return join(this.path, 'source.json');
  }

  /** For a restore: a name that says to when. */
  restored(name: string): string {
    return join(this.path, 'restored', name);
  }

  /** Nothing uses it any more. */
  release(): void {
    this.lock.release();
  }

  async remove(): Promise<void> {
    await rm(this.path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

async function prepare(path: string): Promise<string> {
  await mkdir(path, { recursive: true });
  return realpath(path);
}
