import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { systemClock } from '@headwater/clock';
import { pause } from '@headwater/messaging';
import type { GroupLock } from './group-lock.js';
import { failureOf, isBusy } from './sqlite-failure.js';

const retryMillis = 250;

/**
 * A group held by an open exclusive transaction on a small SQLite file beside the bus: a lock of the operating
 * system, which it frees the moment the process ends, however that ends. Nothing is ever written to the file. Two
 * connections of one process exclude each other too.
 */
export class FileGroupLock implements GroupLock {
  private readonly path: string;
  private readonly db: DatabaseSync;

  /** @throws messagingErrors.notWritable, foreignFile, diskFull. */
  constructor(busPath: string, group: string) {
    const directory = `${busPath}.groups`;
    this.path = join(directory, lockName(group));
    try {
      mkdirSync(directory, { recursive: true });
      this.db = new DatabaseSync(this.path);
    } catch (error) {
      throw failureOf(error, this.path);
    }
  }

  tryAcquire(): boolean {
    try {
      // No journal on disk: a holder that is killed leaves nothing that the next one has to clear away.
      this.db.exec('PRAGMA busy_timeout = 0; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
      return true;
    } catch (error) {
      if (isBusy(error)) return false;
      throw failureOf(error, this.path);
    }
  }

  released(signal: AbortSignal): Promise<void> {
    return pause(systemClock, retryMillis, signal);
  }

  close(): void {
    this.db.close();
  }
}

/** A readable beginning; the hash tells apart what is cut, escaped, or differs in case only. */
function lockName(group: string): string {
  const readable = group.replaceAll(/[^A-Za-z0-9._-]/g, '_').slice(0, 100);
  const hash = createHash('sha256').update(group).digest('hex').slice(0, 16);
  return `${readable}-${hash}.lock`;
}
