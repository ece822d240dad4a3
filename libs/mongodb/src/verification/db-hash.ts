import { Binary } from 'bson';
import type { DirectConnection } from '../connection/direct-connection.js';

export interface CollectionHash {
  /** Of the documents' bytes in `_id` order (natural order for capped collections); blind for options and indexes. */
  readonly md5: string;
  /** Hex; null for servers that do not tell. */
  readonly uuid: string | null;
}

export interface DbHashOptions {
  /** Databases to leave out; `local` by default, which the server never hashes whole. */
  readonly exclude?: readonly string[];
  /** For each database, in milliseconds; it is locked against writes meanwhile. */
  readonly deadlineMillis?: number;
}

type DbHashReply = { collections: Record<string, string>; uuids?: Record<string, unknown> };

/** dbHash of every database, by namespace. It blocks writes: for tests and for verifying restores. */
export async function dbHash(
  connection: DirectConnection,
  options: DbHashOptions = {},
): Promise<Map<string, CollectionHash>> {
  const exclude = options.exclude ?? ['local'];
  const hashes = new Map<string, CollectionHash>();
  const { databases } = (await connection.command('admin', { listDatabases: 1, nameOnly: true })) as {
    databases: { name: string }[];
  };
  for (const name of databases.map((database) => database.name).sort()) {
    if (!exclude.includes(name)) {
      const deadlineMillis = options.deadlineMillis ?? 600_000;
      const reply = await connection.command(name, { dbHash: 1 }, { promoteValues: false, deadlineMillis });
      const { collections, uuids } = reply as DbHashReply;
      for (const [collection, md5] of Object.entries(collections)) {
        hashes.set(`${name}.${collection}`, { md5, uuid: hexOf(uuids?.[collection]) });
      }
    }
  }
  return hashes;
}

function hexOf(uuid: unknown): string | null {
  return uuid instanceof Binary ? Buffer.from(uuid.value()).toString('hex') : null;
}
