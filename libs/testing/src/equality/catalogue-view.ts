import type { Document, MongoClient, Timestamp } from 'mongodb';
import { canonical, hexOf, indexText, type CollectionDescription } from './collection-description.js';
import { drainedCursor } from './drained-cursor.js';

/** The server's catalogue as it was at a cluster time, DDL or not. Needs featureCompatibilityVersion 6.0. */
export async function describeAt(
  client: MongoClient,
  atClusterTime: Timestamp,
): Promise<CollectionDescription[]> {
  const entries = await drainedCursor(client, 'admin', {
    aggregate: 1,
    pipeline: [{ $listCatalog: {} }],
    readConcern: { level: 'snapshot', atClusterTime },
  });
  return (entries as CatalogueEntry[]).map(describe);
}

interface CatalogueEntry {
  readonly db: string;
  readonly name: string;
  readonly type: CollectionDescription['type'];
  /** Of collections. */
  readonly md?: { readonly options: Document; readonly indexes: readonly CatalogueIndex[] };
  /** Of views. */
  readonly viewOn?: string;
  readonly pipeline?: readonly Document[];
  readonly collation?: Document;
}

interface CatalogueIndex {
  readonly spec: Document;
  readonly ready: unknown;
  readonly buildUUID?: unknown;
}

function describe(entry: CatalogueEntry): CollectionDescription {
  const { db, name, type, md } = entry;
  if (md === undefined) {
    return { db, name, type, options: optionsOfView(entry), uuid: null, idIndex: null, indexes: new Map() };
  }
  const { uuid, ...options } = md.options;
  const idIndex = md.indexes.find(({ spec }) => String(spec['name']) === '_id_');
  return {
    db,
    name,
    type,
    options: canonical(options),
    uuid: hexOf(uuid),
    idIndex: idIndex ? indexText(idIndex.spec) : null,
    indexes: new Map(md.indexes.map((index) => [String(index.spec['name']), describeIndex(index)])),
  };
}

function describeIndex({ spec, ready, buildUUID }: CatalogueIndex): string {
  return String(ready) === 'true' ? indexText(spec) : indexText(spec, buildUUID);
}

function optionsOfView({ type, viewOn, pipeline, collation }: CatalogueEntry): string {
  if (type === 'timeseries') return '';
  return canonical({ viewOn, pipeline, ...(collation === undefined ? {} : { collation }) });
}
