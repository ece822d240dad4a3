import type { ClientSession } from 'mongodb';
import type { Kind, Scene } from '../scene.js';

const mebibyte = 1024 * 1024;

/** The driver may run the body twice: what it does is chosen before. */
function inTransaction(scene: Scene, body: (session: ClientSession) => Promise<unknown>): Promise<unknown> {
  return scene.client.withSession((session) => session.withTransaction(() => body(session)));
}

const ledger = (scene: Scene) => scene.collection('ledger');

/** Transactions over several collections, some aborted, and large ones that fill several oplog entries. */
export const transactions: Kind = {
  name: 'transactions',
  prepare: (scene) => ledger(scene).insertMany(scene.documents(20, () => ({ balance: 100 }))),
  operations: [
    {
      name: 'transfer',
      weight: 6,
      run: (scene) => {
        const [from, to, amount] = [scene.random.below(20), scene.random.below(20), scene.random.below(10)];
        return inTransaction(scene, async (session) => {
          await ledger(scene).updateOne(
            { _id: from },
            [{ $set: { balance: { $subtract: ['$balance', amount] } } }],
            { session },
          );
          await ledger(scene).updateOne(
            { _id: to },
            [{ $set: { balance: { $add: ['$balance', amount] } } }],
            { session },
          );
          await scene
            .collection('transfers')
            .insertOne({ _id: scene.freshId(), from, to, amount }, { session });
        });
      },
    },
    {
      name: 'aborted transaction',
      weight: 1,
      run: (scene) =>
        scene.client.withSession(async (session) => {
          session.startTransaction();
          await ledger(scene).updateOne(
            { _id: scene.random.below(20) },
            { $set: { balance: -1 } },
            { session },
          );
          await session.abortTransaction();
        }),
    },
    {
      name: 'large transaction',
      weight: 0.1,
      run: async (scene) => {
        const documents = Array.from({ length: scene.sizes.largeTransactionMiB }, (_, index) => ({
          _id: scene.freshId(index),
          large: Buffer.alloc(mebibyte, `${scene.number} ${index} `),
        }));
        if (documents.length === 0) return;
        await inTransaction(scene, (session) => scene.collection('bulky').insertMany(documents, { session }));
        await scene.collection('bulky').deleteMany({ _id: { $lt: scene.freshId() } });
      },
    },
  ],
};
