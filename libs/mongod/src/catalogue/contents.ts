import { deserialize } from 'bson';
import type { Mongod } from '../process/mongod.js';

export interface ContentsEntry {
  readonly ns: string;
  readonly type: 'collection' | 'view' | 'timeseries';
  /** As the server counts without looking, which may be off by a few after a crash. Null for what is not stored. */
  readonly documents: number | null;
}

interface Listed {
  readonly name: string;
  readonly type: ContentsEntry['type'];
}

/** Every collection and view but those of `local`, ordered by namespace. */
export async function listContents(mongod: Mongod): Promise<ContentsEntry[]> {
  const { databases } = await mongod.connection.command('admin', { listDatabases: 1, nameOnly: true });
  const contents: ContentsEntry[] = [];
  for (const { name: db } of databases as { name: string }[]) {
    if (db === 'local') continue;
    for (const { name, type } of await listed(mongod, db)) {
      const documents = type === 'collection' ? await count(mongod, db, name) : null;
      contents.push({ ns: `${db}.${name}`, type, documents });
    }
  }
  return contents.sort((a, b) => (a.ns < b.ns ? -1 : 1));
}

async function listed(mongod: Mongod, db: string): Promise<Listed[]> {
  const found: Listed[] = [];
  for await (const batch of mongod.connection.rawBatches(db, { listCollections: 1, nameOnly: true })) {
    found.push(...batch.map((bytes) => deserialize(bytes) as Listed));
  }
  return found;
}

async function count(mongod: Mongod, db: string, name: string): Promise<number> {
  return Number((await mongod.connection.command(db, { count: name }))['n']);
}
