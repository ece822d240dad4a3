import { UUID } from 'bson';
import type { Clock } from '@headwater/clock';
import { isHeadwaterError } from '@headwater/errors';
import type { OplogTimestamp } from '@headwater/oplog';
import type { DirectConnection } from '../connection/direct-connection.js';
import { serverCodeOf } from '../connection/driver-failure.js';
import { RawCursor } from '../connection/raw-cursor.js';
import { oplogTimestamp } from '../entries/optime.js';
import type { SourceCollection } from './source-collection.js';

export type ScannedCollection = Pick<
  SourceCollection,
  'uuid' | 'db' | 'name' | 'estimatedBytes' | 'estimatedDocuments'
>;

const namespaceNotFound = 26;
/** The record that a resume token names was deleted. */
const keyNotFound = 211;

export interface ScanOptions {
  readonly clock: Clock;
  /** Asked before every find. */
  readonly readConcern: () => object | Promise<object>;
  /** Told which state a batch was read from, before the batch is yielded. */
  readonly readAt: (ts: OplogTimestamp) => void;
}

/** Memory is bounded by it: two batches are held at a time. The server's own limit is 16 MB. */
const batchBytes = 4_000_000;
const batchMillis = 120_000;
/** Attempts in a row that bring no document, and pauses between them: the member has about two minutes to come back. */
const fruitlessAttempts = 15;
/** A capped collection that rolls over faster than it is read would never end. */
const mostRestarts = 100;
const longestPauseMillis = 10_000;

/**
 * Every document of a collection in natural order, as the server's bytes; found by UUID, so that a rename hides
 * nothing. A killed cursor (rename, stepdown, restart) is resumed after the last document read; a document may come
 * twice when the place to resume at is gone. Ends early when the collection is dropped: the oplog tells the rest.
 *
 * @throws mongodbErrors.unreachable, interrupted when the member does not come back
 */
export async function* scanDocuments(
  connection: DirectConnection,
  collection: ScannedCollection,
  { clock, ...reading }: ScanOptions,
): AsyncGenerator<Buffer[]> {
  const place: Place = { ...reading, token: null };
  let restarts = 0;
  for (let fruitless = 0; ;) {
    try {
      for await (const batch of scanFrom(connection, collection, place)) {
        fruitless = 0;
        yield batch;
      }
      return;
    } catch (error) {
      const code = serverCodeOf(error);
      if (code === namespaceNotFound) {
        return;
      }
      if (code === keyNotFound && restarts < mostRestarts) {
        restarts += 1;
        place.token = null;
      } else if (!isHeadwaterError(error) || !error.retryable) {
        throw error;
      }
      fruitless += 1;
      if (fruitless > fruitlessAttempts) {
        throw error;
      }
      if (fruitless > 1) {
        await clock.sleep(Math.min(100 * 2 ** fruitless, longestPauseMillis));
      }
    }
  }
}

interface Place extends Omit<ScanOptions, 'clock'> {
  /** The scan goes on after the record of the token; null: at the beginning. */
  token: unknown;
}

async function* scanFrom(
  connection: DirectConnection,
  collection: ScannedCollection,
  place: Place,
): AsyncGenerator<Buffer[]> {
  const batchSize = documentsPerBatch(collection);
  const find = {
    find: new UUID(collection.uuid),
    hint: { $natural: 1 },
    batchSize,
    $_requestResumeToken: true,
    readConcern: await place.readConcern(),
    ...(place.token === null ? {} : { $_resumeAfter: place.token }),
  };
  const options = { getMore: { batchSize }, deadlineMillis: batchMillis };
  const cursor = await RawCursor.open(connection.runner, collection.db, find, options);
  let ahead: Promise<Buffer[] | null> = cursor.next();
  try {
    for (let batch = await ahead; batch !== null; batch = await ahead) {
      place.token = cursor.resumeToken ?? place.token;
      if (cursor.operationTime !== undefined) {
        place.readAt(oplogTimestamp(cursor.operationTime));
      }
      ahead = cursor.next();
      // Not lost: it is awaited after the consumer has taken the batch before it.
      ahead.catch(() => undefined);
      if (batch.length > 0) {
        yield batch;
      }
    }
  } finally {
    await ahead.catch(() => undefined);
    await cursor.close();
  }
}

function documentsPerBatch({ estimatedBytes, estimatedDocuments }: ScannedCollection): number {
  const average = estimatedDocuments > 0 ? estimatedBytes / estimatedDocuments : 1_000;
  return Math.min(Math.max(Math.round(batchBytes / Math.max(average, 1)), 1), 100_000);
}
