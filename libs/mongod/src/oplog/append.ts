import type { Mongod } from '../process/mongod.js';
import { refuseTooLarge } from './large-entry.js';

export interface AppendOutcome {
  readonly entries: number;
  readonly bytes: number;
}

const atMostEntries = 1000;
const atMostBytes = 8_000_000;

/**
 * Inserts raw entries, in the order given, into the oplog. An entry whose timestamp is there already is replaced, so
 * a second attempt does no harm. One batch is read while the one before it is written.
 *
 * Afterwards only backward reads of the oplog work until the next start (mongodb-facts 2).
 *
 * @throws mongodErrors.entryTooLarge for an entry that has to be applied by hand (`isTooLarge`).
 */
export async function appendEntries(
  mongod: Mongod,
  entries: AsyncIterable<readonly Buffer[]>,
  onProgress: (outcome: AppendOutcome) => void = () => undefined,
): Promise<AppendOutcome> {
  let outcome: AppendOutcome = { entries: 0, bytes: 0 };
  const insert = async (batch: readonly Buffer[]): Promise<void> => {
    for (const entry of batch) refuseTooLarge(mongod, entry);
    await mongod.connection.insertRaw('local', 'oplog.rs', batch, { bypassDocumentValidation: true });
    const bytes = batch.reduce((sum, entry) => sum + entry.length, 0);
    outcome = { entries: outcome.entries + batch.length, bytes: outcome.bytes + bytes };
    onProgress(outcome);
  };
  let inFlight = Promise.resolve();
  for await (const batch of filled(entries)) {
    await inFlight;
    inFlight = insert(batch);
    // Awaited above or below; until then a failure is nobody's.
    inFlight.catch(() => undefined);
  }
  await inFlight;
  return outcome;
}

/** Batches as large as one insert command takes, whatever sizes they come in. */
async function* filled(entries: AsyncIterable<readonly Buffer[]>): AsyncGenerator<Buffer[]> {
  let batch: Buffer[] = [];
  let bytes = 0;
  for await (const some of entries) {
    for (const entry of some) {
      if (batch.length === atMostEntries || (batch.length > 0 && bytes + entry.length > atMostBytes)) {
        yield batch;
        batch = [];
        bytes = 0;
      }
      batch.push(entry);
      bytes += entry.length;
    }
  }
  if (batch.length > 0) yield batch;
}
