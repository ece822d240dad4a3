import { mongodbErrors } from '../mongodb-errors.js';
import type { CommandRunner } from './command-runner.js';
import { documentSequence } from './document-sequence.js';

export interface InsertOptions {
  /**
   * True (default): stops at the first write error, which then throws. False: goes on; documents whose `_id` is
   * there already are counted, any other write error throws after its batch.
   */
  readonly ordered?: boolean;
  readonly bypassDocumentValidation?: boolean;
  /** Keeps top-level Timestamp(0,0) as it is. Servers before 6.0.15 refuse the field (mongodb-facts part 3). */
  readonly bypassEmptyTsReplacement?: boolean;
  /** For each batch, in milliseconds. */
  readonly deadlineMillis?: number;
}

export interface InsertOutcome {
  readonly inserted: number;
  /** Documents that were not inserted because their `_id` exists. Only without `ordered`. */
  readonly duplicates: number;
}

type WriteError = { index: number; code: number; errmsg?: string; keyPattern?: Record<string, unknown> };

const maxDocuments = 1000;
const maxBytes = 8_000_000;
const duplicateKey = 11_000;

/** Inserts raw BSON documents as they are, in batches of at most 1000 documents and 8 MB (a larger one goes alone). */
export async function insertRaw(
  runner: CommandRunner,
  target: { db: string; collection: string },
  documents: readonly Buffer[],
  options: InsertOptions = {},
): Promise<InsertOutcome> {
  let inserted = 0;
  let duplicates = 0;
  for (const batch of insertBatches(documents)) {
    const outcome = await insertBatch(runner, target, batch, options);
    inserted += outcome.inserted;
    duplicates += outcome.duplicates;
  }
  return { inserted, duplicates };
}

/** Splits without copying and keeps the order. */
export function* insertBatches(documents: readonly Buffer[]): Generator<Buffer[]> {
  let batch: Buffer[] = [];
  let bytes = 0;
  for (const document of documents) {
    if (batch.length === maxDocuments || (batch.length > 0 && bytes + document.length > maxBytes)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(document);
    bytes += document.length;
  }
  if (batch.length > 0) {
    yield batch;
  }
}

async function insertBatch(
  runner: CommandRunner,
  { db, collection }: { db: string; collection: string },
  batch: readonly Buffer[],
  { deadlineMillis, ordered = true, ...fields }: InsertOptions,
): Promise<InsertOutcome> {
  const command = { insert: collection, ordered, documents: documentSequence('documents', batch), ...fields };
  const reply = (await runner.run(db, command, deadlineMillis === undefined ? {} : { deadlineMillis })) as {
    n: number;
    writeErrors?: WriteError[];
    writeConcernError?: { code: number };
  };
  const errors = reply.writeErrors ?? [];
  const refused = errors.find((error) => ordered || !isKnownId(error));
  const code = refused?.code ?? reply.writeConcernError?.code;
  if (code !== undefined || reply.n + errors.length !== batch.length) {
    throw mongodbErrors.writeRefused(refusal(`${db}.${collection}`, batch.length, refused, code), {
      details: { serverCode: code ?? 0 },
    });
  }
  return { inserted: reply.n, duplicates: errors.length };
}

function isKnownId(error: WriteError): boolean {
  return error.code === duplicateKey && Object.keys(error.keyPattern ?? {}).join() === '_id';
}

/** Without the server's errmsg: it may quote the document. */
function refusal(
  namespace: string,
  sent: number,
  error: WriteError | undefined,
  code: number | undefined,
): string {
  const at = error === undefined ? '' : ` at document ${String(error.index)}`;
  return `insert of ${String(sent)} documents into ${namespace} failed${at}: server error ${String(code ?? 'unknown')}`;
}
