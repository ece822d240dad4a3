import { BSON, type Document } from 'mongodb';

/** A collection without its documents, in a form in which equal ones are equal texts. */
export interface CollectionDescription {
  readonly db: string;
  readonly name: string;
  readonly type: 'collection' | 'view' | 'timeseries';
  /** Extended JSON. Empty for a time series: its options are those of its buckets and of its view. */
  readonly options: string;
  /** Hexadecimal; null where there is none (views). */
  readonly uuid: string | null;
  /** Extended JSON; null where there is none. */
  readonly idIndex: string | null;
  /** Extended JSON of each index by name. One whose build has not ended carries its buildUUID. */
  readonly indexes: ReadonlyMap<string, string>;
}

/** Fields in a fixed order: the server compares options and index specs without regard to it. */
export function canonical(document: Document): string {
  const fields = Object.entries(document).sort(([a], [b]) => (a < b ? -1 : 1));
  return BSON.EJSON.stringify(Object.fromEntries(fields), { relaxed: false });
}

/**
 * A spec as text. listIndexes shows a TTL as a 32-bit integer whatever type the catalogue holds (a collMod leaves a
 * 64-bit one), so its type is passed over.
 */
export function indexText(spec: Document, buildUUID?: unknown): string {
  const { expireAfterSeconds, ...rest } = spec as { expireAfterSeconds?: unknown };
  const ttl = expireAfterSeconds === undefined ? {} : { expireAfterSeconds: Number(expireAfterSeconds) };
  return canonical({ ...rest, ...ttl, ...(buildUUID ? { buildUUID } : {}) });
}

export function hexOf(uuid: unknown): string | null {
  return uuid instanceof BSON.Binary ? uuid.toString('hex') : null;
}
