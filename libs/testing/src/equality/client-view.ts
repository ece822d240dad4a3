import type { Document, MongoClient } from 'mongodb';
import { canonical, hexOf, indexText, type CollectionDescription } from './collection-description.js';
import { drainedCursor } from './drained-cursor.js';

/** What a client sees now by listCollections and listIndexes. Exact only while there is no DDL. */
export async function describeAsClient(client: MongoClient): Promise<CollectionDescription[]> {
  const { databases } = await client.db('admin').admin().listDatabases({ nameOnly: true });
  const perDatabase = databases.map(({ name: db }) => describeDatabase(client, db));
  return (await Promise.all(perDatabase)).flat();
}

async function describeDatabase(client: MongoClient, db: string): Promise<CollectionDescription[]> {
  const listed = await drainedCursor(client, db, { listCollections: 1 });
  const described: CollectionDescription[] = [];
  for (const { name, type, options, info, idIndex } of listed as Listed[]) {
    described.push({
      db,
      name,
      type,
      options: type === 'timeseries' ? '' : canonical(options),
      uuid: hexOf(info.uuid),
      idIndex: idIndex ? indexText(idIndex) : null,
      indexes: type === 'collection' ? await indexesOf(client, db, name) : new Map(),
    });
  }
  return described;
}

interface Listed {
  readonly name: string;
  readonly type: CollectionDescription['type'];
  readonly options: Document;
  readonly info: { readonly uuid?: unknown };
  readonly idIndex?: Document;
}

async function indexesOf(client: MongoClient, db: string, name: string): Promise<Map<string, string>> {
  const indexes = new Map<string, string>();
  for (const listed of await drainedCursor(client, db, { listIndexes: name, includeBuildUUIDs: true })) {
    const { spec = listed, buildUUID } = listed as { spec?: Document; buildUUID?: unknown };
    // The key of a clustered collection is shown like an index; it is an option, not an index.
    if (spec['clustered']) continue;
    indexes.set(String(spec['name']), indexText(spec, buildUUID));
  }
  return indexes;
}
