import type { CreateIndexesOptions, Db, IndexSpecification } from 'mongodb';

/** What happens to the collections of one database while an initial sync copies them. */
export interface CatalogueChange {
  /** What is there when the copy begins. */
  prepare(db: Db): Promise<unknown>;
  /** When the collections were listed and none of this database was read. */
  listed?(db: Db): Promise<unknown>;
  /** When the first documents of collection `a`, and not all, were read. Its base must be `many`. */
  midway?(db: Db): Promise<unknown>;
  /** When every collection of the database was read. */
  copied?(db: Db): Promise<unknown>;
}

export type CatalogueChanges = Readonly<Record<string, CatalogueChange>>;

export interface Item {
  _id: number;
  x: number;
  [field: string]: unknown;
}

/** Documents that do not fit into one reply of the server, so that a copy of them is in its midst after the first. */
export const many = 2500;

const itemsOf = (count: number): Item[] =>
  Array.from({ length: count }, (_, n) => ({
    ...{ _id: n, x: n, y: n % 7, at: new Date(1e12 + n) },
    ...(count === many ? { filler: 'x'.repeat(8000) } : {}),
  }));

export function fill(db: Db, name = 'a', count = 20): Promise<unknown> {
  return db.collection<Item>(name).insertMany(itemsOf(count));
}

export function insert(db: Db, documents: Record<string, unknown>[], name = 'a'): Promise<unknown> {
  return db.collection(name).insertMany(documents);
}

export function index(
  db: Db,
  key: IndexSpecification,
  options: CreateIndexesOptions = {},
  name = 'a',
): Promise<unknown> {
  return db.collection(name).createIndex(key, options, {});
}

export function dropIndex(db: Db, index: string): Promise<unknown> {
  return db.command({ dropIndexes: 'a', index });
}

export function modify(db: Db, change: Record<string, unknown>, name = 'a'): Promise<unknown> {
  return db.command({ collMod: name, ...change });
}
