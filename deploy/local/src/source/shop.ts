import type { Db, Document } from 'mongodb';
import { Decimal128 } from 'bson';
import { Random } from '@headwater/testing';

/** A collection of the sample shop as it is filled. */
interface Shelf {
  readonly name: string;
  readonly documents: number;
  readonly batch: number;
  make(random: Random, number: number): Document;
}

const dayMillis = 86_400_000;
/** The sample's dates end here, so that two runs make the same documents. */
const endOfDates = new Date('2026-11-01T00:00:00Z').getTime();

const statuses: readonly [string, ...string[]] = ['new', 'paid', 'packed', 'sent', 'returned'];

const dateWithin = (random: Random, days: number): Date =>
  new Date(endOfDates - random.below(days * dayMillis));
const price = (random: Random): Decimal128 =>
  Decimal128.fromString(`${random.below(300)}.${String(random.below(100)).padStart(2, '0')}`);

/** Small and large documents, many types; about 80 MB altogether. */
const shelves: readonly Shelf[] = [
  {
    name: 'customers',
    documents: 20_000,
    batch: 2000,
    make: (random, _id) => ({
      _id,
      email: `customer-${_id}@example.com`,
      name: random.words(2),
      address: { street: random.words(2), city: random.words(1), zip: String(10_000 + random.below(89_999)) },
      since: dateWithin(random, 3000),
      notes: random.words(20),
    }),
  },
  {
    name: 'products',
    documents: 2000,
    batch: 1000,
    make: (random, _id) => ({
      _id,
      title: random.words(4),
      price: price(random),
      stock: 1000 + random.below(9000),
      tags: [random.words(1), random.words(1)],
      description: random.words(60),
    }),
  },
  { name: 'orders', documents: 60_000, batch: 2000, make: orderOf },
  {
    name: 'images',
    documents: 40,
    batch: 10,
    make: (random, _id) => ({ _id, type: 'image/jpeg', content: noise(random, 250_000) }),
  },
  {
    name: 'readings',
    documents: 20_000,
    batch: 2000,
    make: (random, number) => ({
      at: new Date(endOfDates - number * 60_000),
      sensor: { hall: number % 8 },
      celsius: 18 + random.next() * 6,
    }),
  },
];

/** These are not changed by the live load: a restore has exactly so many documents in them. */
export const unchanging = ['customers', 'products', 'images', 'readings'] as const;

export const shopDatabase = 'shop';

export interface SeedProgress {
  readonly documentsDone: number;
  readonly documentsTotal: number;
}

/** Documents in all collections of the shop, and how many of them each unchanging one has. */
export const shopSize = {
  documents: shelves.reduce((sum, { documents }) => sum + documents, 0),
  unchanging: unchanging.map((name) => ({
    name,
    documents: shelves.find((shelf) => shelf.name === name)?.documents ?? 0,
  })),
};

export function orderOf(random: Random, _id: number): Document {
  const lines = Array.from({ length: 1 + random.below(4) }, () => ({
    product: random.below(2000),
    quantity: 1 + random.below(5),
    price: price(random),
  }));
  return {
    _id,
    customer: random.below(20_000),
    at: dateWithin(random, 400),
    status: random.pick(statuses),
    lines,
    shipping: { carrier: random.words(1), tracking: String(random.below(1e9)) },
    remarks: random.words(60),
  };
}

export function someStatus(random: Random): string {
  return random.pick(statuses);
}

/** Makes the collections with what people have on them: indexes of several kinds, a view, a time series, a TTL. */
export async function layOutShop(db: Db): Promise<void> {
  await db.createCollection('readings', {
    timeseries: { timeField: 'at', metaField: 'sensor', granularity: 'minutes' },
  });
  await db.createCollection('audit', { capped: true, size: 1_000_000 });
  await db.createCollection('open orders', { viewOn: 'orders', pipeline: [{ $match: { status: 'new' } }] });
  await db.collection('customers').createIndex({ email: 1 }, { unique: true }, {});
  await db.collection('products').createIndex({ title: 'text' }, {}, {});
  await db
    .collection('orders')
    .createIndexes([
      { key: { customer: 1, at: -1 } },
      { key: { status: 1 }, partialFilterExpression: { status: { $in: ['new', 'paid'] } } },
    ]);
  await db.collection('carts').createIndex({ touched: 1 }, { expireAfterSeconds: 3600 }, {});
}

/** Fills the shop. @throws the signal's reason between two batches */
export async function fillShop(
  db: Db,
  signal: AbortSignal,
  onProgress: (progress: SeedProgress) => void,
): Promise<void> {
  let documentsDone = 0;
  for (const [stream, shelf] of shelves.entries()) {
    const random = new Random(7, stream);
    const collection = db.collection(shelf.name);
    for (let from = 0; from < shelf.documents; from += shelf.batch) {
      signal.throwIfAborted();
      const length = Math.min(shelf.batch, shelf.documents - from);
      const documents = Array.from({ length }, (_, index) => shelf.make(random, from + index));
      await collection.insertMany(documents, { ordered: false });
      documentsDone += length;
      onProgress({ documentsDone, documentsTotal: shopSize.documents });
    }
  }
}

/** Does not compress, as images do not. */
function noise(random: Random, length: number): Buffer {
  const content = Buffer.alloc(length);
  for (let at = 0; at + 4 <= length; at += 4) content.writeUInt32LE(Math.floor(random.next() * 2 ** 32), at);
  return content;
}
