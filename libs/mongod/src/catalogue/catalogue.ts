import { Binary, serialize } from 'bson';
import { mongodErrors } from '../errors.js';
import { orderedDocument, type OrderedDocument } from '../ordered-document.js';
import type { Mongod } from '../process/mongod.js';
import { hexOf } from '../seeding/collections.js';

/** A collection as the server's durable catalogue has it. */
export interface CatalogueEntry {
  /** Hex. */
  readonly uuid: string;
  readonly db: string;
  readonly name: string;
  /** Without the UUID. */
  readonly options: OrderedDocument;
  /** Finished indexes but `_id_` and a clustered one, by name. */
  readonly indexes: ReadonlyMap<string, OrderedDocument>;
  /** Names of indexes that are still being built. */
  readonly unfinished: readonly string[];
}

/** By UUID, which survives renames. */
export type Catalogue = ReadonlyMap<string, CatalogueEntry>;

/** What `$listCatalog` is asked for: everything but views and `local`, whose contents are the member's own. */
export const catalogueStages = [
  { $listCatalog: {} },
  { $match: { type: { $ne: 'view' }, db: { $ne: 'local' } } },
];

/**
 * Reads documents of `$listCatalog`. The profiler's collections are left out: they are not replicated.
 *
 * @throws mongodErrors.catalogueUnreadable
 */
export function catalogueOf(documents: Iterable<Uint8Array>): Catalogue {
  const catalogue = new Map<string, CatalogueEntry>();
  for (const bytes of documents) {
    const document = orderedDocument(bytes);
    const [db, name] = [stringOf(document, 'db'), stringOf(document, 'name')];
    if (db === 'local' || name === 'system.profile' || isView(document)) continue;
    const entry = entryOf(db, name, document);
    catalogue.set(entry.uuid, entry);
  }
  return catalogue;
}

/** The catalogue of a running head. */
export async function readCatalogue(mongod: Mongod): Promise<Catalogue> {
  const command = { aggregate: 1, pipeline: catalogueStages, cursor: { batchSize: 1000 } };
  const documents: Buffer[] = [];
  for await (const batch of mongod.connection.rawBatches('admin', command)) documents.push(...batch);
  return catalogueOf(documents);
}

/** Equal but for the order of their own names; nested names, as in an index key, must be in order too. */
export function sameSpec(a: OrderedDocument, b: OrderedDocument): boolean {
  return canonical(a).equals(canonical(b));
}

/** The value's bytes, for comparison; absent values equal each other. */
export function bytesOfValue(value: unknown): string {
  return value === undefined ? '' : Buffer.from(serialize({ value })).toString('base64');
}

function canonical(document: OrderedDocument): Buffer {
  const sorted = [...document].sort(([a], [b]) => (a < b ? -1 : 1));
  return Buffer.from(serialize(new Map(sorted)));
}

/** A view, that of a time series too, has no catalogue entry of its own: it is a document in system.views. */
function isView(document: OrderedDocument): boolean {
  return !document.has('md');
}

function entryOf(db: string, name: string, document: OrderedDocument): CatalogueEntry {
  const md = documentOf(document, 'md');
  const options = new Map(documentOf(md, 'options'));
  const uuid = options.get('uuid');
  if (!(uuid instanceof Binary)) throw unreadable('options.uuid');
  options.delete('uuid');
  const indexes = new Map<string, OrderedDocument>();
  const unfinished: string[] = [];
  for (const index of arrayOf(md, 'indexes')) {
    const spec = documentOf(index, 'spec');
    const indexName = stringOf(spec, 'name');
    if (indexName === '_id_' || spec.has('clustered')) continue;
    if (index.get('ready') === true) indexes.set(indexName, spec);
    else unfinished.push(indexName);
  }
  return { uuid: hexOf(uuid), db, name, options, indexes, unfinished };
}

function documentOf(document: OrderedDocument, name: string): OrderedDocument {
  const value = document.get(name);
  if (!(value instanceof Map)) throw unreadable(name);
  return value as OrderedDocument;
}

function arrayOf(document: OrderedDocument, name: string): OrderedDocument[] {
  const value = document.get(name);
  if (!Array.isArray(value) || !value.every((item) => item instanceof Map)) throw unreadable(name);
  return value as OrderedDocument[];
}

function stringOf(document: OrderedDocument, name: string): string {
  const value = document.get(name);
  if (typeof value !== 'string') throw unreadable(name);
  return value;
}

function unreadable(name: string): Error {
  return mongodErrors.catalogueUnreadable(`$listCatalog gave a document without a readable ${name}.`);
}
