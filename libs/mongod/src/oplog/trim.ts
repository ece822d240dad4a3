import type { OplogTimestamp } from '@headwater/oplog';
import type { Mongod } from '../process/mongod.js';
import { toTimestamp } from './recovery-state.js';

const trimMillis = 1_800_000;

/**
 * Deletes the entries below `keepFrom` (that one stays): a standalone never caps its oplog by itself. Recovery needs
 * the entry at `begin` and those of open transactions. To be called before anything is inserted in the same start,
 * since the delete waits behind an insert (mongodb-facts 2).
 *
 * @returns how many were deleted.
 */
export async function trimOplog(mongod: Mongod, keepFrom: OplogTimestamp): Promise<number> {
  const deletes = [{ q: { ts: { $lt: toTimestamp(keepFrom) } }, limit: 0 }];
  const command = { delete: 'oplog.rs', deletes, maxTimeMS: trimMillis };
  const reply = await mongod.connection.command('local', command, { deadlineMillis: trimMillis + 10_000 });
  return Number(reply['n']);
}
