import { deserialize, type Binary } from 'bson';
import type { OplogTimestamp } from '@headwater/oplog';
import type { DirectConnection } from '../connection/direct-connection.js';
import { cataloguePipeline } from '../verification/catalogue.js';
import { committedSince } from './source-state.js';
import type { SourceCollection } from './source-collection.js';

type Listed = Omit<SourceCollection, 'estimatedBytes' | 'estimatedDocuments'>;
type Sizes = Pick<SourceCollection, 'estimatedBytes' | 'estimatedDocuments'>;
type CatalogueDocument = { db: string; name: string; md?: Buffer };
type Metadata = { options: Buffer; indexes: Buffer[] };

const unknownSizes: Sizes = { estimatedBytes: 0, estimatedDocuments: 0 };
/** Statistics are asked for by so many at a time. */
const askers = 8;
const statisticsMillis = 5_000;
const listingMillis = 60_000;

/**
 * Everything that an initial sync copies, ordered by database and name, as it was at one committed moment not before
 * `notBefore`: all but `local`, views (their definitions lie in `system.views`, their buckets in `system.buckets.*`,
 * which are collections) and `system.profile`. The pre-images come last: what is written between their copy and the
 * end of the sync is lost (mongodb-facts part 3).
 */
export async function listCollections(
  connection: DirectConnection,
  notBefore: OplogTimestamp,
): Promise<SourceCollection[]> {
  const command = {
    aggregate: 1,
    pipeline: cataloguePipeline,
    cursor: { batchSize: 1_000 },
    readConcern: committedSince(notBefore),
    maxTimeMS: listingMillis,
  };
  const listed: Listed[] = [];
  for await (const batch of connection.rawBatches('admin', command, {
    deadlineMillis: listingMillis + 5_000,
  })) {
    listed.push(...batch.flatMap((document) => collectionOf(document) ?? []));
  }
  const ordered = [...listed.filter((one) => !isPreimages(one)), ...listed.filter(isPreimages)];
  const sizes = await sizesOf(connection, ordered);
  return ordered.map((collection, index) => ({ ...collection, ...(sizes[index] ?? unknownSizes) }));
}

/**
 * Reads one document of `$listCatalog` without touching the bytes of options and idIndex. Null for what has no
 * metadata of its own: a view, that of a time series too.
 */
export function collectionOf(document: Buffer): Listed | null {
  const { db, name, md } = deserialize(document, { raw: true }) as CatalogueDocument;
  if (md === undefined) {
    return null;
  }
  const { options } = deserialize(md, { raw: true }) as Metadata;
  const { uuid } = deserialize(options, { promoteBuffers: false }) as { uuid?: Binary };
  return uuid === undefined
    ? null
    : { db, name, uuid: Buffer.from(uuid.value()), options, idIndex: idIndexOf(md) };
}

function idIndexOf(md: Buffer): Buffer | null {
  const { indexes } = deserialize(md, { fieldsAsRaw: { indexes: true } }) as unknown as Metadata;
  for (const index of indexes) {
    const { spec } = deserialize(index, { raw: true }) as { spec: Buffer };
    const { name, clustered } = deserialize(spec) as { name: string; clustered?: boolean };
    if (name === '_id_' && clustered !== true) {
      return spec;
    }
  }
  return null;
}

function isPreimages({ db, name }: Listed): boolean {
  return db === 'config' && name === 'system.preimages';
}

async function sizesOf(connection: DirectConnection, collections: readonly Listed[]): Promise<Sizes[]> {
  const sizes: Sizes[] = collections.map(() => unknownSizes);
  let next = 0;
  const ask = async (): Promise<void> => {
    for (let index = next++; index < collections.length; index = next++) {
      const collection = collections[index];
      if (collection !== undefined) {
        sizes[index] = await sizeOf(connection, collection);
      }
    }
  };
  await Promise.all(Array.from({ length: askers }, ask));
  return sizes;
}

/** A collection may be gone or renamed by now, and statistics may be forbidden: then the sizes stay unknown. */
async function sizeOf(connection: DirectConnection, { db, name }: Listed): Promise<Sizes> {
  try {
    const reply = await connection.command(db, { collStats: name }, { deadlineMillis: statisticsMillis });
    const { size, count } = reply as { size?: number; count?: number };
    return { estimatedBytes: size ?? 0, estimatedDocuments: count ?? 0 };
  } catch {
    return unknownSizes;
  }
}
