import { UUID } from 'bson';
import type { OplogTimestamp } from '@headwater/oplog';
import type { DirectConnection } from '../connection/direct-connection.js';
import { RawCursor } from '../connection/raw-cursor.js';
import { oplogTimestamp } from '../entries/optime.js';
import type { SourceCollection } from './source-collection.js';
import { topologyVersion } from './source-state.js';

export type ScannedCollection = Pick<
  SourceCollection,
  'uuid' | 'db' | 'name' | 'estimatedBytes' | 'estimatedDocuments'
>;

export interface NaturalScanOptions {
  /** Asked before the find. */
  readonly readConcern: () => object | Promise<object>;
  /** Told which state a batch was read from, before the batch is yielded. */
  readonly readAt: (ts: OplogTimestamp) => void;
}

/**
 * Where a scan goes on: after the record of the token. Record ids are a member's own: after a crash or a rollback it
 * replays its oplog and gives the same documents other ids (seen: a scan that went on after a kill -9 lost some and
 * repeated others). So the token counts only while the member's topologyVersion is the one from before it was given.
 */
export interface Place {
  token: unknown;
  version: string;
}

/** Memory is bounded by it: two batches are held at a time. The server's own limit is 16 MB. */
const batchBytes = 1_000_000;
const batchMillis = 120_000;

/** One cursor's run over a collection in natural order, from `place` on, which it moves along. */
export async function* scanFrom(
  connection: DirectConnection,
  collection: ScannedCollection,
  { place, readConcern, readAt }: NaturalScanOptions & { readonly place: Place },
): AsyncGenerator<Buffer[]> {
  const batchSize = documentsPerBatch(collection);
  const version = await topologyVersion(connection);
  if (version !== place.version) {
    place.token = null;
  }
  const find = {
    find: new UUID(collection.uuid),
    hint: { $natural: 1 },
    batchSize,
    $_requestResumeToken: true,
    readConcern: await readConcern(),
    ...(place.token === null ? {} : { $_resumeAfter: place.token }),
  };
  const options = { getMore: { batchSize }, deadlineMillis: batchMillis };
  const cursor = await RawCursor.open(connection.runner, collection.db, find, options);
  let ahead = versioned(version, cursor.next());
  try {
    for (let { batch, before } = await ahead; batch !== null; { batch, before } = await ahead) {
      place.token = cursor.resumeToken ?? null;
      place.version = before;
      if (cursor.operationTime !== undefined) {
        readAt(oplogTimestamp(cursor.operationTime));
      }
      ahead = topologyVersion(connection).then((now) => versioned(now, cursor.next()));
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

/** A batch, and the topologyVersion from before it was asked for. */
async function versioned(
  before: string,
  next: Promise<Buffer[] | null>,
): Promise<{ before: string; batch: Buffer[] | null }> {
  return { before, batch: await next };
}

function documentsPerBatch({ estimatedBytes, estimatedDocuments }: ScannedCollection): number {
  const average = estimatedDocuments > 0 ? estimatedBytes / estimatedDocuments : 1_000;
  return Math.min(Math.max(Math.round(batchBytes / Math.max(average, 1)), 1), 100_000);
}
