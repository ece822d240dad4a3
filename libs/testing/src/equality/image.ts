import type { MongoClient } from 'mongodb';
import { messageOf } from '@headwater/errors';
import { formatTimestamp, type OplogTimestamp } from '@headwater/oplog';
import { bsonTimestampOf } from '../cluster-time.js';
import { describeAt } from './catalogue-view.js';
import { describeAsClient } from './client-view.js';
import type { CollectionDescription } from './collection-description.js';
import { mayDiffer } from './expected-difference.js';

export interface CollectionImage extends CollectionDescription {
  /** MD5 of all documents by the server's dbHash; null for views and for what always differs. */
  readonly documents: string | null;
}

/** Everything in a deployment that its copy must have too, by namespace. */
export type DeploymentImage = ReadonlyMap<string, CollectionImage>;

export interface ImageOptions {
  /**
   * The exact moment; without it now, which is a moment only while nothing is written. Needs a server started with
   * `enableTestCommands=1`, a majority-committed time at most some minutes ago, and none of the collections of then
   * renamed, dropped or made again since. Documents, indexes and options may have changed, others may have been made.
   */
  readonly atClusterTime?: OplogTimestamp;
}

/**
 * Takes the image of a deployment. Without a time it shows what a client sees, else the server's catalogue at that
 * time; both give the same image of the same state.
 *
 * @throws Error when the documents of that time cannot be hashed any more, naming database or collection.
 */
export async function takeImage(client: MongoClient, options: ImageOptions = {}): Promise<DeploymentImage> {
  const { atClusterTime } = options;
  const described = await (atClusterTime
    ? describeAt(client, bsonTimestampOf(atClusterTime))
    : describeAsClient(client));
  const image = new Map<string, CollectionImage>();
  for (const [db, collections] of Map.groupBy(described, (collection) => collection.db)) {
    const hashed = collections.filter(hasHash).map(({ name }) => name);
    const hashes = await hashesOf(client, { db, names: hashed, atClusterTime });
    for (const collection of collections) {
      image.set(`${db}.${collection.name}`, {
        ...collection,
        documents: hashes.get(collection.name) ?? null,
      });
    }
  }
  return image;
}

function hasHash({ db, name, type }: CollectionDescription): boolean {
  return type === 'collection' && !mayDiffer(`${db}.${name}`, false);
}

interface HashQuestion {
  readonly db: string;
  readonly names: readonly string[];
  readonly atClusterTime: OplogTimestamp | undefined;
}

async function hashesOf(client: MongoClient, question: HashQuestion): Promise<ReadonlyMap<string, string>> {
  const { db, names, atClusterTime } = question;
  // To dbHash an empty list means all.
  if (names.length === 0) return new Map();
  const readConcern = atClusterTime && {
    readConcern: { level: 'snapshot', atClusterTime: bsonTimestampOf(atClusterTime) },
  };
  try {
    const { collections } = await client.db(db).command({ dbHash: 1, collections: names, ...readConcern });
    const hashes = new Map(Object.entries(collections as Record<string, string>));
    const lost = names.filter((name) => !hashes.has(name));
    if (lost.length > 0) throw new Error(`it has lost ${lost.join(', ')}`);
    return hashes;
  } catch (cause) {
    const when = atClusterTime ? ` at ${formatTimestamp(atClusterTime)}` : '';
    throw new Error(`cannot hash database ${db}${when}: ${messageOf(cause)}`, { cause });
  }
}
