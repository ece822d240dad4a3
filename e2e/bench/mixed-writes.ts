import type { MongoClient } from 'mongodb';
import { Random } from '@headwater/testing';
import { documentsOf, place } from './documents.js';

/** Entries of one round: updates three to one, inserts, deletes, transactions of four operations each. */
const perRound = { updates: 1500, inserts: 300, deletes: 150, transactions: 50 };
const entriesPerRound = Object.values(perRound).reduce((a, b) => a + b, 0);

/**
 * Writes about `entries` oplog entries of mixed kinds, at random places of the documents 0 to `documents` − 1; the
 * same seed makes the same choices.
 */
export async function writeMixed(
  client: MongoClient,
  { entries, documents, seed }: { entries: number; documents: number; seed: number },
): Promise<void> {
  const random = new Random(seed);
  for (let round = 0; round < Math.ceil(entries / entriesPerRound); round++) {
    await Promise.all([updates(client, random, documents), inserts(client, round)]);
    await deletes(client, round);
    await transactions(client, random, documents);
  }
}

async function updates(client: MongoClient, random: Random, documents: number): Promise<void> {
  const operations = Array.from({ length: perRound.updates }, () => ({
    updateOne: {
      filter: { _id: random.below(documents) },
      update: {
        $set: { changed: random.below(1_000_000), note: `changed ${random.below(1000)}` },
        $inc: { n: 1 },
      },
    },
  }));
  await documentsOf(client).bulkWrite(operations, { ordered: false });
}

const added = (client: MongoClient) => client.db(place.db).collection<{ _id: number }>('added');
const firstOf = (round: number): number => round * perRound.inserts;

async function inserts(client: MongoClient, round: number): Promise<void> {
  const documents = Array.from({ length: perRound.inserts }, (_, n) => ({
    _id: firstOf(round) + n,
    k: n,
    text: `added in round ${round} `.repeat(20),
  }));
  await added(client).insertMany(documents);
}

/** Of what the same round inserted. */
async function deletes(client: MongoClient, round: number): Promise<void> {
  const from = firstOf(round);
  await added(client).deleteMany({ _id: { $gte: from, $lt: from + perRound.deletes } });
}

/** The writes are to be there soon; who measures waits for a majority once, at the end. */
const soonAcknowledged = { writeConcern: { w: 1 } } as const;

async function transactions(client: MongoClient, random: Random, documents: number): Promise<void> {
  const session = client.startSession();
  try {
    for (let n = 0; n < perRound.transactions; n++) {
      await session.withTransaction(async () => {
        for (let step = 0; step < 4; step++) {
          const change = { $inc: { moved: step - 1 } };
          await documentsOf(client).updateOne({ _id: random.below(documents) }, change, { session });
        }
      }, soonAcknowledged);
    }
  } finally {
    await session.endSession();
  }
}
