import { Binary } from 'bson';
import type { Mongod } from '../process/mongod.js';
import { orderedDocument, type OrderedDocument } from '../ordered-document.js';

/** A collection to be made as the source has it. */
export interface SeedCollection {
  /** 16 bytes. */
  readonly uuid: Buffer;
  readonly db: string;
  readonly name: string;
  /** Raw BSON of its options, as listCollections or $listCatalog gives them. */
  readonly options: Buffer;
  /** Raw BSON of the spec of its `_id_` index; null for a clustered collection. */
  readonly idIndex: Buffer | null;
}

const deadlineMillis = 300_000;

/** Makes the collections of `local` that recovery works with. To be called once, on a fresh directory. */
export async function createSeedCollections(mongod: Mongod, oplogBytes: number): Promise<void> {
  await mongod.connection.command('local', { create: 'oplog.rs', capped: true, size: oplogBytes });
  await mongod.connection.command('local', { create: 'replset.minvalid' });
}

/**
 * Makes a collection with the UUID and options of the source. A collection that holds the name is put aside by the
 * server under a name of its own, `tmpXXXXX.create`.
 */
export async function createCollectionWithUuid(mongod: Mongod, collection: SeedCollection): Promise<void> {
  const { db, name, uuid } = collection;
  const options = orderedDocument(collection.options);
  const o: OrderedDocument = new Map([['create', name], ...options]);
  // What the UUID stands in `ui` for, and what no collection outside `local` may carry.
  o.delete('uuid');
  o.delete('autoIndexId');
  // Without it the server would make an index of version 1.
  if (collection.idIndex !== null && !options.has('clusteredIndex')) {
    const idIndex = orderedDocument(collection.idIndex);
    idIndex.delete('ns');
    o.set('idIndex', idIndex);
  }
  await applyOperation(mongod, { op: 'c', ns: `${db}.$cmd`, ui: new Binary(uuid, Binary.SUBTYPE_UUID), o });
}

/**
 * Applies one operation as it stands; the command fails when that does. Not in the atomic mode: there 6.0.5 takes an
 * insert for an update and fills a top-level Timestamp(0,0) with the current time.
 */
export async function applyOperation(
  mongod: Mongod,
  operation: Readonly<Record<string, unknown>>,
): Promise<void> {
  const command = { applyOps: [operation], allowAtomic: false, bypassDocumentValidation: true };
  await mongod.connection.command('admin', command, { deadlineMillis });
}

const systemVersion = { db: 'admin', name: 'system.version' };

/**
 * Makes the source's `admin.system.version` and drops the one that the fresh mongod had made for itself and that
 * the server puts aside for it. Its documents must be inserted before the next start.
 */
export async function replaceSystemVersion(mongod: Mongod, collection: SeedCollection): Promise<void> {
  const fresh = await uuidOf(mongod, systemVersion.db, systemVersion.name);
  await createCollectionWithUuid(mongod, collection);
  if (fresh === null || fresh.equals(collection.uuid)) return;
  const aside = (await namesByUuid(mongod, systemVersion.db)).get(fresh.toString('hex'));
  if (aside !== undefined) await mongod.connection.command(systemVersion.db, { drop: aside });
}

export function isSystemVersion({ db, name }: Pick<SeedCollection, 'db' | 'name'>): boolean {
  return db === systemVersion.db && name === systemVersion.name;
}

/** UUID (hex) → name, of every collection of a database; views have none. */
export async function namesByUuid(mongod: Mongod, db: string): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  for await (const batch of mongod.connection.rawBatches(db, { listCollections: 1, nameOnly: false })) {
    for (const bytes of batch) {
      const listed = orderedDocument(bytes);
      const uuid = (listed.get('info') as OrderedDocument | undefined)?.get('uuid');
      if (uuid instanceof Binary) names.set(hexOf(uuid), String(listed.get('name')));
    }
  }
  return names;
}

async function uuidOf(mongod: Mongod, db: string, name: string): Promise<Buffer | null> {
  for (const [uuid, held] of await namesByUuid(mongod, db)) {
    if (held === name) return Buffer.from(uuid, 'hex');
  }
  return null;
}

export function hexOf(uuid: Binary): string {
  return Buffer.from(uuid.buffer).toString('hex');
}
