import type { DatabaseSync } from 'node:sqlite';
import { messagingErrors } from '@headwater/messaging';

/** In the header of every bus file: 'HwBs'. */
const applicationId = 0x48774273;
const formatVersion = 1;
const pageBytes = 16_384;
const mebibyte = 1024 * 1024;

const tables = `
  CREATE TABLE topics (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    next_offset INTEGER NOT NULL -- of the next message; never falls
  ) STRICT;
  CREATE TABLE messages (
    topic INTEGER NOT NULL,
    offset INTEGER NOT NULL,
    at INTEGER NOT NULL, -- milliseconds since 1970
    key TEXT NOT NULL,
    headers TEXT NOT NULL, -- a JSON object of strings
    value BLOB, -- the last column: its size is read without reading it
    PRIMARY KEY (topic, offset)
  ) STRICT;
  CREATE TABLE newest ( -- the newest message of every key
    topic INTEGER NOT NULL,
    key TEXT NOT NULL,
    offset INTEGER NOT NULL,
    PRIMARY KEY (topic, key)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE commits (
    consumer_group TEXT NOT NULL,
    topic INTEGER NOT NULL,
    offset INTEGER NOT NULL, -- of the last message committed
    PRIMARY KEY (consumer_group, topic)
  ) STRICT, WITHOUT ROWID;
`;

/**
 * Makes an empty database a bus, checks any other for being one, and sets what holds for the connection. Any number
 * of processes may do this to a new file at once, and any of them may be killed at it.
 *
 * @throws messagingErrors.foreignFile, newerFormat; SQLite's own errors, among them that the file is busy.
 */
export function prepareDatabase(db: DatabaseSync, file: string): void {
  // A wait inside SQLite would block the event loop: the caller waits, between two tries.
  db.exec('PRAGMA busy_timeout = 0');
  if (isEmpty(db)) makeTables(db);
  checkFormat(db, file);
  db.exec(`
    PRAGMA synchronous = FULL;
    PRAGMA wal_autocheckpoint = ${(16 * mebibyte) / pageBytes};
    PRAGMA journal_size_limit = ${64 * mebibyte};
  `);
}

function isEmpty(db: DatabaseSync): boolean {
  return pragma(db, 'application_id') === 0 && countOfTables(db) === 0;
}

function makeTables(db: DatabaseSync): void {
  // Both count only before the first page is written, which the change to WAL does.
  db.exec(`PRAGMA page_size = ${pageBytes}; PRAGMA auto_vacuum = INCREMENTAL`);
  db.exec('PRAGMA journal_mode = WAL');
  db.exec('PRAGMA synchronous = FULL; BEGIN IMMEDIATE');
  try {
    if (isEmpty(db)) {
      db.exec(tables);
      db.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${formatVersion}`);
    }
    db.exec('COMMIT');
  } finally {
    if (db.isTransaction) db.exec('ROLLBACK');
  }
}

function checkFormat(db: DatabaseSync, file: string): void {
  const details = { file };
  if (pragma(db, 'application_id') !== applicationId) {
    throw messagingErrors.foreignFile(`${file} is a database of another application`, { details });
  }
  const version = pragma(db, 'user_version');
  if (version > formatVersion) {
    throw messagingErrors.newerFormat(
      `the bus file ${file} has format ${version}, this release reads ${formatVersion}`,
      { details },
    );
  }
  // Meets the pages that every later call needs, so that damage there is found at once.
  db.exec(
    'SELECT max(next_offset) FROM topics; SELECT min(offset) FROM newest; SELECT min(offset) FROM commits',
  );
}

function countOfTables(db: DatabaseSync): number {
  return Number(db.prepare('SELECT count(*) AS tables FROM sqlite_schema').get()?.tables);
}

function pragma(db: DatabaseSync, name: 'application_id' | 'user_version'): number {
  return Number(db.prepare(`PRAGMA ${name}`).get()?.[name]);
}
