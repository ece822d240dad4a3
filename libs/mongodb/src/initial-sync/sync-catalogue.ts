import { deserialize } from 'bson';
import type { OplogTimestamp } from '@headwater/oplog';
import type { DirectConnection } from '../connection/direct-connection.js';
import { mongodbErrors } from '../mongodb-errors.js';
import { listCatalogue } from '../verification/catalogue.js';

type CatalogueEntry = {
  db: string;
  name: string;
  md?: { indexes?: { ready?: boolean; spec?: { name?: string } }[] };
};

/**
 * The catalogue at the end of an initial sync, raw. Waits until `stop` is majority-committed.
 *
 * @throws mongodbErrors.indexBuildsUnfinished when an index was being built at `stop`: the copy cannot take it over
 */
export async function* syncCatalogue(
  connection: DirectConnection,
  stop: OplogTimestamp,
): AsyncGenerator<Buffer[]> {
  for await (const batch of listCatalogue(connection, stop)) {
    const unfinished = batch.flatMap(unfinishedBuilds);
    if (unfinished.length > 0) {
      throw mongodbErrors.indexBuildsUnfinished(`indexes are being built: ${unfinished.join(', ')}`);
    }
    yield batch;
  }
}

/** `namespace (index name)` of every index that is not ready in a document of `$listCatalog`. */
export function unfinishedBuilds(document: Buffer): string[] {
  const { db, name, md } = deserialize(document) as CatalogueEntry;
  return (md?.indexes ?? [])
    .filter((index) => index.ready === false)
    .map((index) => `${db}.${name} (${index.spec?.name ?? 'unnamed'})`);
}
