import { testMongod } from '../mongod-binary.js';
import { startReplicaSet, type ReplicaSet } from '../replica-set/replica-set.js';
import { Workload, workloadKinds } from './workload.js';

const sizes = { documents: 400, largeDocumentMiB: 15, largeTransactionMiB: 36 };

describe('Workload', () => {
  let set: ReplicaSet;
  beforeAll(async () => {
    set = await startReplicaSet({ binary: await testMongod() });
  });
  afterAll(() => set.stop());

  it('does everything it knows, and meets no refusal that was not expected', async () => {
    const client = set.connect();
    const workload = new Workload({ seed: 1, sizes });
    await workload.prepare(client);
    for (let step = 0; step < 2500; step++) await workload.step(client);

    const operations = Object.values(workloadKinds).flatMap((kind) => kind.operations);
    const never = operations.filter(({ name }) => !workload.outcomes.get(name)?.done);
    expect(never.map(({ name }) => name)).toEqual([]);
    const { databases } = await client.db('admin').admin().listDatabases({ nameOnly: true });
    expect(databases.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['work', 'work-ünusual', 'work-other']),
    );
  });

  it('makes the same choices for the same seed', async () => {
    const client = set.connect();
    const operationsOf = async (seed: number, database: string): Promise<string[]> => {
      const workload = new Workload({
        seed,
        database,
        sizes: { ...sizes, largeDocumentMiB: 0, largeTransactionMiB: 0 },
      });
      await workload.prepare(client);
      const operations: string[] = [];
      for (let step = 0; step < 60; step++) operations.push((await workload.step(client)).operation);
      return operations;
    };
    const first = await operationsOf(7, 'first');
    await expect(operationsOf(7, 'second')).resolves.toEqual(first);
    await expect(operationsOf(8, 'third')).resolves.not.toEqual(first);
  });

  it('runs at its rate until it is told to stop', async () => {
    const client = set.connect();
    const workload = new Workload({
      seed: 3,
      database: 'paced',
      kinds: ['documents', 'transactions'],
      ratePerSecond: 20,
      sizes,
    });
    await workload.prepare(client);
    await workload.run(client, AbortSignal.timeout(2000));
    const steps = [...workload.outcomes.values()].reduce((sum, { done, refused }) => sum + done + refused, 0);
    expect(steps).toBeGreaterThan(10);
    expect(steps).toBeLessThanOrEqual(41);
  });
});
