import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isHeadwaterError, messageOf } from '@headwater/errors';
import { launcherErrors } from '../launcher-errors.js';

/** Its presence also tells a directory of ours from any other. */
export const lockFileName = 'launcher.lock';
const holderFileName = 'launcher.json';

/** Of the layout below the directory. A later one may not be understood by this version. */
const formatVersion = 1;

/** SQLite's result code for a lock that another connection has. */
const busy = 5;

/** What the launcher that has a directory says of itself in it. */
interface Holder {
  readonly format: number;
  readonly pid: number | null;
  readonly processes: readonly number[];
}

/**
 * A directory for one launcher at a time. It is an exclusive transaction on an empty SQLite file: a lock of the
 * operating system, gone with the process that holds it, however that ends.
 */
export class DirectoryLock {
  private constructor(
    private readonly db: DatabaseSync,
    private readonly directory: string,
    private readonly pid: number,
    /** Those that the holder before us had started last. */
    readonly earlierProcesses: readonly number[],
  ) {}

  /**
   * @param pid ours, told to whoever comes second
   * @throws launcherErrors.directoryLocked, directoryUnusable, directoryNewer
   */
  static take(directory: string, pid: number): DirectoryLock {
    const db = open(directory);
    try {
      db.exec('PRAGMA busy_timeout = 0; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
      const earlier = holderOf(directory);
      if (earlier.format > formatVersion) throw newer(directory, earlier);
      write(directory, { format: formatVersion, pid, processes: earlier.processes });
      return new DirectoryLock(db, directory, pid, earlier.processes);
    } catch (cause) {
      db.close();
      if (isHeadwaterError(cause)) throw cause;
      if (isBusy(cause)) throw launcherErrors.directoryLocked(inUse(directory), { cause });
      throw launcherErrors.directoryUnusable(`${directory} cannot be locked: ${messageOf(cause)}`, { cause });
    }
  }

  noteProcesses(processes: readonly number[]): void {
    try {
      write(this.directory, { format: formatVersion, pid: this.pid, processes });
    } catch {
      // On a full disk: nobody will wait for them, and their ports are taken then, which is seen.
    }
  }

  release(): void {
    this.db.close();
  }
}

function write(directory: string, holder: Holder): void {
  writeFileSync(join(directory, holderFileName), `${JSON.stringify(holder)}\n`);
}

function newer(directory: string, { format }: Holder): Error {
  return launcherErrors.directoryNewer(
    `${directory} was made by a newer version of Headwater (format ${format}; this one knows ${formatVersion})`,
  );
}

function open(directory: string): DatabaseSync {
  try {
    return new DatabaseSync(join(directory, lockFileName));
  } catch (cause) {
    throw launcherErrors.directoryUnusable(`${directory} cannot be written to: ${messageOf(cause)}`, {
      cause,
    });
  }
}

function isBusy(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'errcode' in error && error.errcode === busy;
}

function inUse(directory: string): string {
  const { pid } = holderOf(directory);
  return `${directory} is in use by another \`npm start\`${pid === null ? '' : ` (process ${pid})`}`;
}

/** A file that was cut short by a crash says nothing. */
function holderOf(directory: string): Holder {
  try {
    const text = readFileSync(join(directory, holderFileName), 'utf8');
    const { format, pid, processes } = JSON.parse(text) as { [K in keyof Holder]?: unknown };
    return {
      format: typeof format === 'number' ? format : formatVersion,
      pid: typeof pid === 'number' ? pid : null,
      processes: Array.isArray(processes) ? processes.filter((each) => typeof each === 'number') : [],
    };
  } catch {
    return { format: formatVersion, pid: null, processes: [] };
  }
}
