import { deserialize } from 'bson';
import { type ClientSession, type MongoClient, type Timestamp } from 'mongodb';
import { eventually } from '../../eventually.js';
import type { EnginePromise } from '../engine-promise.js';
import type { Ground } from '../ground.js';

const database = 'transactions';

interface Prepared {
  readonly session: ClientSession;
  readonly prepareTimestamp: Timestamp;
}

/** A transaction as a shard prepares one, left undecided. */
async function prepareTransaction(client: MongoClient, _id: number): Promise<Prepared> {
  const session = client.startSession();
  session.startTransaction();
  const accounts = client.db(database).collection<{ _id: number; n: number }>('accounts');
  await accounts.insertOne({ _id, n: 1 }, { session });
  await accounts.updateOne({ _id: 0 }, { $inc: { [`by ${_id}`]: 1 } }, { session });
  const prepare = { prepareTransaction: 1, writeConcern: { w: 'majority' } };
  const { prepareTimestamp } = await client.db('admin').command(prepare, { session });
  return { session, prepareTimestamp: prepareTimestamp as Timestamp };
}

async function decide(
  client: MongoClient,
  { session, prepareTimestamp }: Prepared,
  commit: boolean,
): Promise<void> {
  const decision = commit
    ? { commitTransaction: 1, commitTimestamp: prepareTimestamp }
    : { abortTransaction: 1 };
  // A commit before the prepare is on a majority is refused.
  await eventually(() => client.db('admin').command(decision, { session }));
  await session.endSession();
}

const preparedPromise: EnginePromise = {
  name: 'prepared transactions that stay open over two cycles, then commit and abort',
  test: async (ground) => {
    const { client } = ground;
    await ground.standing();
    await client.db(database).collection<{ _id: number }>('accounts').insertOne({ _id: 0 });
    await client.db(database).createCollection('beside');
    // One after the other: the second would wait for the first one's document.
    const kept = await prepareTransaction(client, 1);
    for (const n of [1, 2]) {
      await client.db(database).collection('beside').insertOne({ n });
      await ground.advance();
    }
    await decide(client, kept, true);
    const dropped = await prepareTransaction(client, 2);
    await ground.advance();
    await decide(client, dropped, false);
    await ground.advance();
    return ground.differences();
  },
};

/** 36 MiB, in three oplog entries at least. */
async function largeTransaction({ client }: Ground): Promise<void> {
  await client.withSession((session) =>
    session.withTransaction(async () => {
      for (const _id of [1, 2, 3]) {
        const bytes = Buffer.alloc(12 << 20, _id);
        await client
          .db(database)
          .collection<{ _id: number; bytes: Buffer }>('large')
          .insertOne({ _id, bytes }, { session });
      }
    }),
  );
}

const largePromise: EnginePromise = {
  name: 'a transaction of 36 MiB, with a cycle that ends in its midst',
  shownBy: 'libs/recovery/src/replay/cycle.int.spec.ts',
  test: async (ground) => {
    await ground.client.db(database).createCollection('large');
    const { capture } = await ground.standing();
    await ground.advance();
    const { position } = await ground.standing();
    await largeTransaction(ground);
    const end = await ground.archived();
    for await (const batch of capture.archive.oplog.entries(capture.chain, position, end)) {
      const piece = batch.find(({ bytes }) => {
        const { o } = deserialize(bytes) as { o: { partialTxn?: boolean } };
        return o.partialTxn === true;
      });
      if (piece === undefined) continue;
      await ground.advance(piece.position.ts);
      await ground.advance(end);
      return ground.differences();
    }
    return { notApplicable: 'this server writes it as one entry' };
  },
};

const imagePromise: EnginePromise = {
  name: 'retryable findAndModify, with the images that a retry needs',
  test: async (ground) => {
    const { client } = ground;
    await ground.standing();
    const found = client.db(database).collection<{ _id: number; n?: number }>('found');
    await found.insertMany([{ _id: 1 }, { _id: 2 }]);
    await found.findOneAndUpdate({ _id: 1 }, { $set: { n: 1 } }, { returnDocument: 'before' });
    await found.findOneAndUpdate({ _id: 1 }, { $inc: { n: 1 } }, { returnDocument: 'after' });
    await found.findOneAndDelete({ _id: 2 });
    await ground.advance();
    return ground.differences();
  },
};

export const transactionPromises: readonly EnginePromise[] = [imagePromise, preparedPromise, largePromise];
