import type { Clock } from '@headwater/clock';
import { isRetryable, type HeadwaterError } from '@headwater/errors';
import type { DirectConnection } from '../connection/direct-connection.js';
import { serverCodeOf } from '../connection/driver-failure.js';
import { scanFrom, type NaturalScanOptions, type Place, type ScannedCollection } from './natural-scan.js';

export interface ScanOptions extends NaturalScanOptions {
  readonly clock: Clock;
  /** Ends the scan, also while it waits for the member. */
  readonly signal: AbortSignal;
  /** Told why the member must be asked again, each time; the next batch says that it answers. */
  readonly interrupted?: ((error: HeadwaterError) => void) | undefined;
}

const namespaceNotFound = 26;
/** The record that a resume token names was deleted. */
const keyNotFound = 211;

/** Attempts in a row that bring no document, and pauses between them: the member has about two minutes to come back. */
const fruitlessAttempts = 15;
/** A capped collection that rolls over faster than it is read would never end. */
const mostRestarts = 100;
const longestPauseMillis = 10_000;

/**
 * Every document of a collection in natural order, as the server's bytes; found by UUID, so that a rename hides
 * nothing. A killed cursor (rename, stepdown) is resumed after the last document read; where the place to resume at is
 * gone (deleted, restart, rollback) the scan begins again, so documents may come twice. Ends early when the collection
 * is dropped: the oplog tells the rest.
 *
 * @throws mongodbErrors.unreachable, interrupted when the member does not come back
 */
export async function* scanDocuments(
  connection: DirectConnection,
  collection: ScannedCollection,
  { clock, signal, interrupted, ...reading }: ScanOptions,
): AsyncGenerator<Buffer[]> {
  const place: Place = { token: null, version: '' };
  let restarts = 0;
  for (let fruitless = 0; ;) {
    try {
      for await (const batch of scanFrom(connection, collection, { ...reading, place })) {
        fruitless = 0;
        yield batch;
      }
      return;
    } catch (error) {
      signal.throwIfAborted();
      const code = serverCodeOf(error);
      if (code === namespaceNotFound) {
        return;
      }
      if (code === keyNotFound && restarts < mostRestarts) {
        restarts += 1;
        place.token = null;
      } else if (!isRetryable(error)) {
        throw error;
      } else {
        interrupted?.(error);
      }
      fruitless += 1;
      if (fruitless > fruitlessAttempts) {
        throw error;
      }
      if (fruitless > 1) {
        await clock.sleep(Math.min(100 * 2 ** fruitless, longestPauseMillis), signal);
      }
    }
  }
}
