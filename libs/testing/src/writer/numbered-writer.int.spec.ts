import type { Timestamp } from 'mongodb';
import { oplogTimestampOf } from '../cluster-time.js';
import { eventually } from '../eventually.js';
import { testMongod } from '../mongod-binary.js';
import { startReplicaSet, type ReplicaSet } from '../replica-set/replica-set.js';
import { NumberedWriter } from './numbered-writer.js';

describe('NumberedWriter', () => {
  let set: ReplicaSet;
  beforeAll(async () => {
    set = await startReplicaSet({ binary: await testMongod() });
  });
  afterAll(() => set.stop());

  it('records for every write the very timestamp of its oplog entry', async () => {
    const client = set.connect();
    const writer = NumberedWriter.start(client, { database: 'exact', ratePerSecond: 500, collections: 3 });
    await eventually(() => writer.acknowledged >= 300);
    await writer.stop();
    expect(writer.failures).toEqual([]);

    const entries = await client
      .db('local')
      .collection<WriteEntry>('oplog.rs')
      .find({ ns: /^exact\.c/, op: { $in: ['i', 'u'] } })
      .sort({ $natural: 1 })
      .toArray();
    expect(entries).toHaveLength(writer.acknowledged);
    // State by state, right at each entry: one write missing or too many would show.
    const found = new Map<number, number>();
    for (const entry of entries) {
      applyTo(found, entry);
      const expected = writer.expectedAt(oplogTimestampOf(entry.ts));
      expect(expected.count).toBe(found.size);
      for (const [number, { by }] of expected.documents) expect([...by]).toEqual([found.get(number)]);
    }
  });

  it('finds its own state complete, and reports each document that is lost, changed or foreign', async () => {
    const client = set.connect();
    const writer = NumberedWriter.start(client, { database: 'state', writeConcern: 1, collections: 2 });
    await eventually(() => writer.acknowledged >= 50);
    await writer.stop();
    const latest = writer.latest ?? { t: 0, i: 0 };
    await expect(writer.verify(client, latest)).resolves.toEqual([]);

    const db = client.db('state');
    const numbered = (name: string) => db.collection<{ _id: number; by: number }>(name);
    await numbered('c1').deleteOne({ _id: 1 });
    await numbered('c0').updateOne({ _id: 2 }, { $set: { by: -1 } });
    await numbered('c0').insertOne({ _id: 100_000, by: 0 });
    await expect(writer.verify(client, latest)).resolves.toEqual([
      'document 1 is missing',
      expect.stringMatching(/^document 2 was last changed by write -1, not \d+$/),
      'document 100000 was never written',
    ]);
  });

  it('goes on after an outage and allows for the writes that got no answer', async () => {
    const client = set.connect({ serverSelectionTimeoutMS: 1000 });
    const writer = NumberedWriter.start(client, { database: 'outage' });
    await eventually(() => writer.acknowledged >= 50);
    const [member] = set.members;
    await member?.kill9();
    await member?.restart();
    const before = writer.acknowledged;
    await eventually(() => writer.acknowledged >= before + 50, { deadlineMs: 60_000 });
    await writer.stop();
    expect(writer.failures.length).toBeGreaterThan(0);
    await expect(writer.verify(client, writer.latest ?? { t: 0, i: 0 })).resolves.toEqual([]);
  });
});

type WriteEntry =
  | { ts: Timestamp; op: 'i'; o: { _id: number; by: number } }
  | { ts: Timestamp; op: 'u'; o: { diff: { u: { by: number } } }; o2: { _id: number } };

function applyTo(found: Map<number, number>, entry: WriteEntry): void {
  if (entry.op === 'i') found.set(entry.o._id, entry.o.by);
  else found.set(entry.o2._id, entry.o.diff.u.by);
}
