import { minTimestamp, type Position } from '@headwater/oplog';
import type { DirectConnection } from '../connection/direct-connection.js';
import { entryAt, newestEntry } from '../entries/oplog-entries.js';
import { mongodbErrors } from '../mongodb-errors.js';
import { fcvOf, isAtLeast60 } from '../topology/identity.js';
import { oldestOpenTransaction, rollbackId, topologyVersion } from './source-state.js';

export interface SyncBeginning {
  /** The member's rollback id: it changes when the member rolls back. Null when the user may not ask for it. */
  readonly rbid: number | null;
  /** The first entry that the chain must hold. */
  readonly beginFetching: Position;
  /** From the entry after this one on, the oplog is replayed over the copy. */
  readonly beginApplying: Position;
}

/** An election while the marks are read spoils them; it does not happen often. */
const attempts = 5;

/**
 * Reads the marks in the order of mongodb-facts part 3: the last entry, the open transactions, the last entry again.
 * Every write up to `beginApplying` can be read when this resolves; nothing is known to be on a majority yet.
 *
 * @throws mongodbErrors.fcvTooOld; oplogTooShort when an open transaction began before the oplog does
 */
export async function markBeginning(connection: DirectConnection): Promise<SyncBeginning> {
  const fcv = await fcvOf(connection);
  if (!isAtLeast60(fcv)) {
    throw mongodbErrors.fcvTooOld(`the feature compatibility version is ${fcv}`);
  }
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const before = await topologyVersion(connection);
    const beginning = await readMarks(connection);
    // A member that rolls back changes its state, so all three marks are of one history.
    if (before === (await topologyVersion(connection))) {
      return beginning;
    }
  }
  throw mongodbErrors.interrupted('the replica set changes its primary or its members all the time');
}

async function readMarks(connection: DirectConnection): Promise<SyncBeginning> {
  const rbid = await rollbackId(connection);
  const newest = await newestEntry(connection);
  const open = await oldestOpenTransaction(connection);
  const beginFetching = open === null ? newest : await entryAt(connection, minTimestamp(open, newest.ts));
  if (beginFetching === null) {
    throw mongodbErrors.oplogTooShort('a transaction is open whose first entry the oplog no longer holds');
  }
  return { rbid, beginFetching, beginApplying: await newestEntry(connection) };
}
