import { calculateObjectSize, Timestamp } from 'bson';
import type { EnginePromise } from '../engine-promise.js';

const database = 'documents';
const largestDocument = 16 * 1024 * 1024;

const largest = (_id: number): Buffer =>
  Buffer.alloc(largestDocument - calculateObjectSize({ _id, bytes: Buffer.alloc(0) }), _id);

const largePromise: EnginePromise = {
  name: 'documents of 16 MiB, whose entries are larger',
  shownBy: 'libs/recovery/src/replay/cycle.int.spec.ts',
  test: async (ground) => {
    await ground.standing();
    const large = ground.client.db(database).collection<{ _id: number; bytes: Buffer | number }>('large');
    for (const _id of [1, 2]) await large.insertOne({ _id, bytes: largest(_id) });
    await large.updateOne({ _id: 1 }, { $set: { bytes: 1 } });
    await ground.advance();
    return ground.differences();
  },
};

/** A server fills one at the top of an inserted document with its own time. */
const timestampPromise: EnginePromise = {
  name: 'Timestamp(0,0), kept as it is in an initial sync and in cycles',
  shownBy: 'libs/recovery/src/seeding/seed.int.spec.ts',
  test: async (ground) => {
    const empty = new Timestamp({ t: 0, i: 0 });
    const kept = ground.client.db(database).collection<{ _id: number; at?: Timestamp }>('timestamps');
    const upsert = (_id: number): Promise<unknown> =>
      kept.updateOne({ _id }, { $set: { at: empty } }, { upsert: true });
    await upsert(1);
    await ground.seed({ beforeStop: () => upsert(2).then(() => undefined) });
    const first = await ground.differences();
    await upsert(3);
    await ground.advance();
    const lost = 3 - (await kept.countDocuments({ at: empty }));
    return [
      ...(lost === 0 ? [] : [`the source itself filled ${lost}`]),
      ...first.map((line) => `after the sync: ${line}`),
      ...(await ground.differences()),
    ];
  },
};

export const documentPromises: readonly EnginePromise[] = [largePromise, timestampPromise];
