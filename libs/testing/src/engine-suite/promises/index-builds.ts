import type { MongoClient } from 'mongodb';
import { eventually } from '../../eventually.js';
import type { EnginePromise } from '../engine-promise.js';

const database = 'builds';
const failpoint = 'hangIndexBuildDuringCollectionScanPhaseAfterInsertion';

interface Listed {
  readonly buildUUID?: unknown;
}

async function unfinished(client: MongoClient, name: string): Promise<boolean> {
  const list = { listIndexes: name, includeBuildUUIDs: true };
  const { cursor } = await client.db(database).command(list);
  return (cursor as { firstBatch: Listed[] }).firstBatch.some(({ buildUUID }) => buildUUID !== undefined);
}

/** Lets builds wait at the document that says so. */
async function hold(client: MongoClient, on: boolean): Promise<void> {
  const data = on ? { data: { fieldsToMatch: { hang: 1 } } } : {};
  await client.db('admin').command({ configureFailPoint: failpoint, mode: on ? 'alwaysOn' : 'off', ...data });
}

/** Begins one that waits. */
async function beginBuild(client: MongoClient, name: string): Promise<{ building: Promise<unknown> }> {
  const collection = client.db(database).collection<{ _id: number; x: number; hang: number }>(name);
  await collection.insertMany(
    Array.from({ length: 20 }, (_, n) => ({ _id: n, x: n, hang: n === 5 ? 1 : 0 })),
  );
  const building = collection.createIndex({ x: 1 }).catch(() => undefined);
  await eventually(() => unfinished(client, name));
  return { building };
}

export const indexBuildPromise: EnginePromise = {
  name: 'index builds that begin in one cycle, and commit and abort in a later one',
  test: async (ground) => {
    const { client } = ground;
    await ground.standing();
    await hold(client, true);
    const pending: Promise<unknown>[] = [];
    try {
      pending.push((await beginBuild(client, 'committed')).building);
      pending.push((await beginBuild(client, 'aborted')).building);
      await ground.advance();
      await client.db(database).collection('committed').insertOne({ x: 1000 });
      await ground.advance();
      const dropped = client.db(database).command({ dropIndexes: 'aborted', index: 'x_1' });
      pending.push(dropped.catch(() => undefined));
    } finally {
      await hold(client, false);
    }
    await Promise.all(pending);
    await ground.advance();
    return ground.differences();
  },
};
