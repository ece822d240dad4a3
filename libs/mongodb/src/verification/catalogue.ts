import type { OplogTimestamp } from '@headwater/oplog';
import type { DirectConnection } from '../connection/direct-connection.js';
import { bsonTimestamp } from '../entries/optime.js';

/** Every collection but views, `local` and `system.profile`. */
export const cataloguePipeline = [
  { $listCatalog: {} },
  { $match: { type: { $ne: 'view' }, db: { $ne: 'local' }, name: { $ne: 'system.profile' } } },
  { $sort: { db: 1, name: 1 } },
];

/** The server waits until `at` is majority-committed; in milliseconds. */
const listingMillis = 60_000;

/**
 * The durable catalogue as `$listCatalog` gives it, raw: every collection with its options, index specs and
 * unfinished builds, but views, `local` and `system.profile`. Exact at `at`, or as of now without it (the only way on
 * a standalone). Needs server and FCV 6.0.
 */
export function listCatalogue(connection: DirectConnection, at?: OplogTimestamp): AsyncGenerator<Buffer[]> {
  const command = {
    aggregate: 1,
    pipeline: cataloguePipeline,
    cursor: { batchSize: 1_000 },
    maxTimeMS: listingMillis,
    ...(at === undefined ? {} : { readConcern: { level: 'snapshot', atClusterTime: bsonTimestamp(at) } }),
  };
  return connection.rawBatches('admin', command, { deadlineMillis: listingMillis + 5_000 });
}
