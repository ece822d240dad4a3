import { readPosition, type OplogTimestamp, type Position } from '@headwater/oplog';
import type { CommandDocument } from '../connection/command-runner.js';
import type { DirectConnection } from '../connection/direct-connection.js';
import { mongodbErrors } from '../mongodb-errors.js';
import { bsonTimestamp } from './optime.js';

export const oplogDatabase = 'local';
export const oplogCollection = 'oplog.rs';

/** One entry is read within this time, or the member is in trouble; in milliseconds. */
const readMillis = 20_000;

/** The first entry that the member still has; null when its oplog is empty. */
export function oldestEntry(connection: DirectConnection): Promise<Position | null> {
  return oneEntry(connection, { sort: { $natural: 1 } });
}

/** The entry at `ts`; null when the member has none. */
export function entryAt(connection: DirectConnection, ts: OplogTimestamp): Promise<Position | null> {
  return oneEntry(connection, { filter: { ts: bsonTimestamp(ts) } });
}

/**
 * The newest entry, with every earlier one visible: all writes up to it can be read when this resolves.
 * Read backwards, an entry may lie above one whose write has not committed yet; a forward read waits for those.
 *
 * @throws mongodbErrors.interrupted when the oplog is empty or loses that entry meanwhile
 */
export async function newestEntry(connection: DirectConnection): Promise<Position> {
  const newest = await oneEntry(connection, { sort: { $natural: -1 } });
  const visible = newest === null ? null : await entryAt(connection, newest.ts);
  if (visible === null) {
    throw mongodbErrors.interrupted('the newest oplog entry cannot be read');
  }
  return visible;
}

async function oneEntry(connection: DirectConnection, query: CommandDocument): Promise<Position | null> {
  const options = { limit: 1, maxTimeMS: readMillis, ...query };
  for await (const [entry] of connection.findRaw(oplogDatabase, oplogCollection, options)) {
    return entry === undefined ? null : readPosition(entry);
  }
  return null;
}
