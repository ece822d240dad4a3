import { accessSync, constants, existsSync, mkdirSync, realpathSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { StatementSync } from 'node:sqlite';
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { prepareDatabase } from './bus-schema.js';
import { Patience } from './patience.js';
import { failureOf } from './sqlite-failure.js';

export const memory = ':memory:';

const defaultPatienceMillis = 30_000;

/** What the pages of a bus file are used for, without its write-ahead log. */
export interface FileSpace {
  readonly pageBytes: number;
  readonly usedBytes: number;
  /** Pages that hold nothing any more. */
  readonly freeBytes: number;
}

/**
 * One connection to the SQLite file of a bus.
 *
 * node:sqlite is synchronous: work handed in runs at once and whole. What may have to wait is the lock, and that wait
 * leaves the event loop free. Every access gives the event loop a turn, so that a loop over messages starves nothing.
 */
export class BusFile {
  /** The real path, the same for every process whatever links it came by; ':memory:' for none. */
  readonly path: string;
  private readonly db: DatabaseSync;
  private readonly patience: Patience;
  private readonly versionQuery: StatementSync;
  private readonly spaceQuery: StatementSync;
  private readonly pending = new Set<Promise<unknown>>();
  private lastWrite: Promise<unknown> = Promise.resolve();

  private constructor(path: string, db: DatabaseSync, patience: Patience) {
    this.path = path;
    this.db = db;
    this.patience = patience;
    this.versionQuery = db.prepare('PRAGMA data_version');
    this.spaceQuery = db.prepare(
      'SELECT page_size AS pageBytes, page_count AS pages, freelist_count AS free FROM pragma_page_size, pragma_page_count, pragma_freelist_count',
    );
  }

  /**
   * Opens the bus in `file`, making it and its directory where they are missing.
   *
   * @param patienceMillis how long this and every later call waits for other processes before messagingErrors.busy.
   * @throws messagingErrors.notWritable, foreignFile, damagedFile, newerFormat, diskFull, inputOutput, busy.
   */
  static async open(file: string, patienceMillis = defaultPatienceMillis): Promise<BusFile> {
    const path = file === memory ? memory : resolve(file);
    const db = openDatabase(path);
    try {
      const patience = new Patience(path, patienceMillis);
      return await patience.run(() => {
        prepareDatabase(db, path);
        return new BusFile(path === memory ? memory : realpathSync(path), db, patience);
      });
    } catch (error) {
      db.close();
      throw error;
    }
  }

  prepare(sql: string): StatementSync {
    return this.db.prepare(sql);
  }

  /** @throws the messagingErrors of `open`, as `write` does. */
  read<T>(work: () => T): Promise<T> {
    return this.tracked(turnOfTheLoop().then(() => this.patience.run(work)));
  }

  /** Runs `work` in a transaction of its own, durable when this resolves. Writes happen in the order of the calls. */
  write<T>(work: () => T): Promise<T> {
    const written = this.lastWrite.then(() => this.patience.run(() => this.transaction(work)));
    this.lastWrite = written.then(turnOfTheLoop, turnOfTheLoop);
    return this.tracked(this.lastWrite.then(() => written));
  }

  /** Changes when another connection has written. */
  dataVersion(): number {
    return Number(this.versionQuery.get()?.data_version);
  }

  /** As the running transaction sees it; to be called within a read or a write. */
  space(): FileSpace {
    const { pageBytes, pages, free } = this.spaceQuery.get() ?? {};
    const freeBytes = Number(free) * Number(pageBytes);
    return {
      pageBytes: Number(pageBytes),
      usedBytes: Number(pages) * Number(pageBytes) - freeBytes,
      freeBytes,
    };
  }

  /** Of the write-ahead log, which lies beside the file. */
  logBytes(): number {
    if (this.path === memory) return 0;
    return statSync(`${this.path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  }

  /** Resolves when every read and write that was called for has ended. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.pending);
  }

  close(): void {
    this.db.close();
  }

  private tracked<T>(call: Promise<T>): Promise<T> {
    this.pending.add(call);
    const forget = () => this.pending.delete(call);
    call.then(forget, forget);
    return call;
  }

  private transaction<T>(work: () => T): T {
    // A deferred transaction would fail at once where it turns from reading to writing (SQLITE_BUSY_SNAPSHOT).
    this.db.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.db.exec('COMMIT');
      return result;
    } finally {
      if (this.db.isTransaction) this.db.exec('ROLLBACK');
    }
  }
}

function openDatabase(path: string): DatabaseSync {
  try {
    if (path !== memory) {
      mkdirSync(dirname(path), { recursive: true });
      accessSync(dirname(path), constants.W_OK);
      // SQLite opens what it may not write for reading, without a word.
      if (existsSync(path)) accessSync(path, constants.W_OK);
    }
    return new DatabaseSync(path);
  } catch (error) {
    throw failureOf(error, path);
  }
}
