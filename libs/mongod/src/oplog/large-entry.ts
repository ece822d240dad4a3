import { serialize } from 'bson';
import { formatPosition, readPosition } from '@headwater/oplog';
import { mongodErrors } from '../errors.js';
import { orderedDocument, type OrderedDocument } from '../ordered-document.js';
import type { Mongod } from '../process/mongod.js';
import { applyOperation } from '../seeding/collections.js';

/** What an insert command takes without allowDocumentsGreaterThanMaxUserSize; `_id` is added to the entry. */
const largestInsert = 16 * 1024 * 1024 - 200;

/** True for an entry that this mongod does not let into its oplog: the document in it is almost as large as can be. */
export function isTooLarge(mongod: Mongod, entry: Buffer): boolean {
  return !mongod.largeEntries && entry.length > largestInsert;
}

/** @throws mongodErrors.entryTooLarge */
export function refuseTooLarge(mongod: Mongod, entry: Buffer): void {
  if (isTooLarge(mongod, entry)) throw tooLarge(entry);
}

/**
 * Applies an entry that cannot be inserted, right now and not by recovery: so everything before it must be applied
 * already. Doing it twice does no harm.
 *
 * @returns the no-op that takes its place in the oplog.
 * @throws mongodErrors.entryTooLarge for what is part of a transaction.
 */
export async function applyByHand(mongod: Mongod, entry: Buffer): Promise<Buffer> {
  const operation = orderedDocument(entry);
  if (operation.get('op') !== 'i' && operation.get('op') !== 'u') throw tooLarge(entry);
  await applyOperation(mongod, Object.fromEntries(some(operation, ['op', 'ns', 'ui', 'o', 'o2'])));
  await noteSession(mongod, operation);
  const o = { msg: 'applied by hand: the entry is larger than this mongod takes' };
  const place = some(operation, ['ts', 't', 'v', 'wall']);
  return Buffer.from(serialize(new Map<string, unknown>([['op', 'n'], ['ns', ''], ['o', o], ...place])));
}

/** What the session table learns from a retryable write. */
async function noteSession(mongod: Mongod, operation: OrderedDocument): Promise<void> {
  const [lsid, txnNumber] = [operation.get('lsid'), operation.get('txnNumber')];
  if (lsid === undefined || txnNumber === undefined) return;
  const u = new Map<string, unknown>([
    ['_id', lsid],
    ['txnNum', txnNumber],
    ['lastWriteOpTime', new Map(some(operation, ['ts', 't']))],
    ['lastWriteDate', operation.get('wall')],
  ]);
  const updates = [{ q: { _id: lsid }, u, upsert: true }];
  await mongod.connection.command('config', { update: 'transactions', updates });
}

function some(operation: OrderedDocument, names: readonly string[]): [string, unknown][] {
  return [...operation].filter(([name]) => names.includes(name));
}

function tooLarge(entry: Buffer): Error {
  return mongodErrors.entryTooLarge(
    `The oplog entry at ${formatPosition(readPosition(entry))} has ${entry.length} bytes; this mongod takes ${largestInsert} at most.`,
  );
}
