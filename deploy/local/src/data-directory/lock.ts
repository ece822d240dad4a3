import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { messageOf } from '@headwater/errors';
import { launcherErrors } from '../launcher-errors.js';

/** Its presence also tells a directory of ours from any other. */
export const lockFileName = 'launcher.lock';
const holderFileName = 'launcher.json';

/** SQLite's result code for a lock that another connection has. */
const busy = 5;

/**
 * A directory for one launcher at a time. It is an exclusive transaction on an empty SQLite file: a lock of the
 * operating system, gone with the process that holds it, however that ends.
 */
export class DirectoryLock {
  private constructor(private readonly db: DatabaseSync) {}

  /**
   * @param pid ours, told to whoever comes second
   * @throws launcherErrors.directoryLocked, directoryUnusable
   */
  static take(directory: string, pid: number): DirectoryLock {
    const db = open(directory);
    try {
      db.exec('PRAGMA busy_timeout = 0; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
      writeFileSync(join(directory, holderFileName), `${JSON.stringify({ pid })}\n`);
      return new DirectoryLock(db);
    } catch (cause) {
      db.close();
      if (isBusy(cause)) throw launcherErrors.directoryLocked(inUse(directory), { cause });
      throw launcherErrors.directoryUnusable(`${directory} cannot be locked: ${messageOf(cause)}`, { cause });
    }
  }

  release(): void {
    this.db.close();
  }
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
  const holder = holderOf(directory);
  return `${directory} is in use by another \`npm start\`${holder === null ? '' : ` (process ${holder})`}`;
}

function holderOf(directory: string): number | null {
  try {
    const { pid } = JSON.parse(readFileSync(join(directory, holderFileName), 'utf8')) as { pid?: unknown };
    return typeof pid === 'number' ? pid : null;
  } catch {
    return null;
  }
}
