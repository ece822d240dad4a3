import { Binary } from 'bson';
import { serverCodeOf } from '@headwater/mongodb';
import { hasEmptyTimestamp, orderedDocument } from '../ordered-document.js';
import type { Mongod } from '../process/mongod.js';
import { applyOperation, type SeedCollection } from './collections.js';

/** A collection of the head, under the name that it has there. */
export type SeedTarget = Pick<SeedCollection, 'uuid' | 'db' | 'name'>;

export interface SeedOutcome {
  readonly inserted: number;
  /** Documents that were there already: a copy under load may read one twice, and the oplog settles it. */
  readonly duplicates: number;
}

const deadlineMillis = 300_000;
const unknownField = 40_415;
const deletesAtOnce = 1000;

/**
 * Inserts documents as they are: unvalidated, in order, without rewriting Timestamp(0,0), view definitions included.
 * inserted + duplicates = sent.
 *
 * @throws one of mongodbErrors on any write error but a known `_id`.
 */
export async function insertSeedDocuments(
  mongod: Mongod,
  target: SeedTarget,
  documents: readonly Buffer[],
): Promise<SeedOutcome> {
  // A plain insert into system.views is refused.
  if (target.name === 'system.views') return applyEach(mongod, target, documents);
  if (await keepsEmptyTimestamps(mongod)) return insert(mongod, target, documents);
  let outcome: SeedOutcome = { inserted: 0, duplicates: 0 };
  for (const run of runsOf(documents)) {
    outcome = sum(outcome, await (run.empty ? applyEach : insert)(mongod, target, run.documents));
  }
  return outcome;
}

async function insert(
  mongod: Mongod,
  { db, name }: SeedTarget,
  documents: readonly Buffer[],
): Promise<SeedOutcome> {
  const options = { ordered: false, bypassDocumentValidation: true, deadlineMillis };
  const keep = (await keepsEmptyTimestamps(mongod)) ? { bypassEmptyTsReplacement: true } : {};
  return mongod.connection.insertRaw(db, name, documents, { ...options, ...keep });
}

/** applyOps writes what it is given, and replaces a document that is there. */
async function applyEach(
  mongod: Mongod,
  target: SeedTarget,
  documents: readonly Buffer[],
): Promise<SeedOutcome> {
  const ui = new Binary(target.uuid, Binary.SUBTYPE_UUID);
  for (const bytes of documents) {
    const o = orderedDocument(bytes);
    await applyOperation(mongod, { op: 'i', ns: `${target.db}.${target.name}`, ui, o });
  }
  return { inserted: documents.length, duplicates: 0 };
}

/** Removes documents by the values of their `_id`; those that are not there are none the less removed. */
export async function removeSeedDocuments(
  mongod: Mongod,
  { db, name }: SeedTarget,
  ids: readonly unknown[],
): Promise<void> {
  for (let at = 0; at < ids.length; at += deletesAtOnce) {
    const deletes = ids.slice(at, at + deletesAtOnce).map((_id) => ({ q: { _id }, limit: 1 }));
    await mongod.connection.command(db, { delete: name, deletes }, { deadlineMillis });
  }
}

const keeping = new WeakMap<Mongod, Promise<boolean>>();

/**
 * Whether this server stores a top-level Timestamp(0,0) as it is when asked to, and its recovery too. Older patch
 * levels put the current time in its place: with an insert, and with an oplog entry that inserts or replaces a
 * document which is there. Patch levels are not compared: an insert of nothing fails one way or the other.
 */
export function keepsEmptyTimestamps(mongod: Mongod): Promise<boolean> {
  const known = keeping.get(mongod) ?? askEmptyTimestamps(mongod);
  keeping.set(mongod, known);
  return known;
}

async function askEmptyTimestamps(mongod: Mongod): Promise<boolean> {
  const question = { insert: 'nothing', documents: [], bypassEmptyTsReplacement: true };
  return mongod.connection.command('local', question).then(
    () => true,
    (error: unknown) => serverCodeOf(error) !== unknownField,
  );
}

interface Run {
  /** Documents with a Timestamp(0,0) at the top level. */
  readonly empty: boolean;
  readonly documents: Buffer[];
}

/** Neighbours of one kind, in order: in a capped collection order is part of the data. */
function* runsOf(documents: readonly Buffer[]): Generator<Run> {
  let run: Run | undefined;
  for (const document of documents) {
    const empty = hasEmptyTimestamp(document);
    if (run?.empty !== empty) {
      if (run !== undefined) yield run;
      run = { empty, documents: [] };
    }
    run.documents.push(document);
  }
  if (run !== undefined) yield run;
}

function sum(a: SeedOutcome, b: SeedOutcome): SeedOutcome {
  return { inserted: a.inserted + b.inserted, duplicates: a.duplicates + b.duplicates };
}
