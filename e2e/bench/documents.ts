import { randomFillSync } from 'node:crypto';
import { serialize } from 'bson';
import type { MongoClient } from 'mongodb';
import { DirectConnection } from '@headwater/mongodb';
import type { ReplicaSet } from '@headwater/testing';

const fillerBytes = 456;
/** The values that change from document to document, each behind its type and name. */
const template = Buffer.from(serialize({ _id: 0, k: 0, filler: Buffer.alloc(fillerBytes) }));
const idAt = 4 + 5;
const keyAt = idAt + 4 + 3;
const fillerAt = template.length - 1 - fillerBytes;
/** Values of `k`. */
const keys = 1000;

const documentsAtOnce = 1000;
const insertsAtOnce = 2;

/** `{_id: n, k: n mod 1000, filler}` of about 500 bytes that no compression makes smaller. */
export function documentOf(n: number): Buffer {
  const document = Buffer.from(template);
  document.writeInt32LE(n, idAt);
  document.writeInt32LE(n % keys, keyAt);
  return randomFillSync(document, fillerAt, fillerBytes);
}

/** Where the documents of the benchmarks are. */
export const place = { db: 'bench', collection: 'documents' } as const;

/** Loads the documents from `from` on, `count` of them, into the primary. */
export async function loadDocuments(set: ReplicaSet, count: number, from = 0): Promise<void> {
  const { directUri } = await set.primary();
  await loadInto(directUri, { from, count });
}

/** The same into any one mongod. */
export async function loadInto(
  uri: string,
  { from, count, collection = place.collection }: { from: number; count: number; collection?: string },
): Promise<void> {
  const connection = await DirectConnection.open(uri);
  let next = from;
  const lane = async (): Promise<void> => {
    while (next < from + count) {
      const first = next;
      next = Math.min(from + count, first + documentsAtOnce);
      const documents = Array.from({ length: next - first }, (_, n) => documentOf(first + n));
      await connection.insertRaw(place.db, collection, documents, { deadlineMillis: 120_000 });
    }
  };
  try {
    await Promise.all(Array.from({ length: insertsAtOnce }, lane));
  } finally {
    await connection.close();
  }
}

export function documentsOf(client: MongoClient) {
  return client.db(place.db).collection<{ _id: number }>(place.collection);
}
