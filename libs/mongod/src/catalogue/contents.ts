import { deserialize, MinKey } from 'bson';
import type { Mongod } from '../process/mongod.js';

export interface ContentsEntry {
  readonly ns: string;
  readonly type: 'collection' | 'view' | 'timeseries';
  /** Counted by looking. Null for what is not stored. */
  readonly documents: number | null;
}

interface Listed {
  readonly name: string;
  readonly type: ContentsEntry['type'];
  /** Absent where there is no `_id_` index: clustered collections, and what is not stored. */
  readonly idIndex?: object;
}

/** A large collection takes its time. */
const deadlineMillis = 7 * 86_400_000;

/** Every collection and view but those of `local`, ordered by namespace. */
export async function listContents(mongod: Mongod): Promise<ContentsEntry[]> {
  const { databases } = await mongod.connection.command('admin', { listDatabases: 1, nameOnly: true });
  const contents: ContentsEntry[] = [];
  for (const { name: db } of databases as { name: string }[]) {
    if (db === 'local') continue;
    for (const collection of await listed(mongod, db)) {
      const { name, type } = collection;
      const documents = type === 'collection' ? await count(mongod, db, collection) : null;
      contents.push({ ns: `${db}.${name}`, type, documents });
    }
  }
  return contents.sort((a, b) => (a.ns < b.ns ? -1 : 1));
}

async function listed(mongod: Mongod, db: string): Promise<Listed[]> {
  const found: Listed[] = [];
  for await (const batch of mongod.connection.rawBatches(db, { listCollections: 1 })) {
    found.push(...batch.map((bytes) => deserialize(bytes) as Listed));
  }
  return found;
}

/**
 * What a server counts without looking is not carried along by its recovery: in a head it stays for ever what it was
 * after the initial sync. So the keys of the `_id_` index are counted, or the documents where there is none.
 */
async function count(mongod: Mongod, db: string, { name, idIndex }: Listed): Promise<number> {
  if (idIndex !== undefined) {
    const keys = { count: name, query: { _id: { $gte: new MinKey() } } };
    return Number((await mongod.connection.command(db, keys, { deadlineMillis }))['n']);
  }
  const scan = { aggregate: name, pipeline: [{ $count: 'n' }], cursor: {} };
  const { cursor } = await mongod.connection.command(db, scan, { deadlineMillis });
  return (cursor as { firstBatch: { n: number }[] }).firstBatch[0]?.n ?? 0;
}
