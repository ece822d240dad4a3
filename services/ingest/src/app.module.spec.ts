import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '@headwater/clock';
import { decodeCloudEvent, topicsOf } from '@headwater/contracts';
import { EmbeddedBus } from '@headwater/messaging/embedded';
import { DirectoryStore } from '@headwater/object-store/directory';
import { Repository } from '@headwater/repository';
import type { ReplicaSetRepository } from '@headwater/repository';
import { startService } from '@headwater/service-kit';
import type { RunningService } from '@headwater/service-kit';
import { eventually, temporaryDirectory } from '@headwater/testing';
import type { TemporaryDirectory } from '@headwater/testing';
import { AppModule } from './app.module.js';
import { readConfig } from './config.js';
import { ScriptedAgent, at, entriesOf, entry } from './spec-support/scripted-agent.js';

const topics = topicsOf();

describe('ingest', () => {
  let home: TemporaryDirectory;
  let bus: EmbeddedBus;
  let ingest: RunningService;
  let archive: ReplicaSetRepository;
  let agent: ScriptedAgent;
  let eventTypes: string[];

  const environment = () => ({
    HEADWATER_BUS_FILE: join(home.path, 'bus.db'),
    HEADWATER_STORE_DIRECTORY: join(home.path, 'store'),
    HEADWATER_INGEST_PORT: '0',
    HEADWATER_SLICE_MAX_AGE_SECONDS: '1',
    HEADWATER_LOG_LEVEL: 'silent',
  });
  const start = () =>
    startService({ name: 'ingest', config: () => readConfig(environment()), module: AppModule.compose });
  const archiveOf = async (deployment: string) => {
    const repository = await Repository.open(await DirectoryStore.open(join(home.path, 'store')));
    return repository.deployment(deployment).replicaSet('rs0');
  };

  beforeEach(async () => {
    home = await temporaryDirectory('headwater-ingest-');
    bus = await EmbeddedBus.open(join(home.path, 'bus.db'));
    eventTypes = [];
    await bus.consume({
      group: 'spec',
      topics: [topics.events],
      onMessage: (message, delivery) => {
        const event = decodeCloudEvent(message);
        eventTypes.push(event.ok ? event.value.type : event.problem);
        return delivery.commit();
      },
    });
    ingest = await start();
    archive = await archiveOf('d');
    agent = new ScriptedAgent(bus);
    await agent.announce();
  });

  afterEach(async () => {
    await ingest.close();
    await bus.close();
    await home.remove();
  });

  /** A chain with a finished initial sync and the entries 1 to `to`; the order is then to tail. */
  async function tailing(to: number, of = agent) {
    const first = await of.order();
    const chain = await of.beginSync(first, 1);
    await of.batch(first, chain, entriesOf(0, to));
    await of.part(first, 1);
    await of.sent(first, 1, to);
    const order = await of.order(
      (state) => state.order === 'tail' && state.tail?.archivedTo.ts.t === at(to).ts.t,
    );
    return { order, chain };
  }

  async function archived(chain: string, to: number): Promise<Buffer[]> {
    const entries: Buffer[] = [];
    for await (const batch of archive.oplog.entries(
      chain,
      { ts: { t: at(1).ts.t, i: 0 }, term: 1 },
      at(to).ts,
    )) {
      entries.push(...batch.map(({ bytes }) => bytes));
    }
    return entries;
  }

  async function eventComes(type: string): Promise<void> {
    await eventually(() => eventTypes.includes(type), { deadlineMs: 10_000, describe: type });
  }

  it('serves exactly what its document says', () => {
    expect(ingest.api.served).toEqual(ingest.api.documented);
  });

  it('orders an initial sync of a replica set that it does not know, and to tail once the copy is whole', async () => {
    expect(await agent.order()).toMatchObject({
      epoch: 1,
      order: 'initial-sync',
      tail: null,
      sync: { attempt: null },
    });
    const { order, chain } = await tailing(5);
    expect(order).toMatchObject({ epoch: 2, order: 'tail', tail: { chain } });
    expect(await archived(chain, 5)).toEqual(entriesOf(0, 5).map(({ bytes }) => bytes));
    expect(await archive.sync('0000000001').complete()).toMatchObject({ stop: at(5), parts: [{ n: 1 }] });
  });

  it('archives what comes twice once, and goes on where it was after a restart', async () => {
    const { order, chain } = await tailing(5);
    await agent.batch(order, chain, entriesOf(5, 9));
    await agent.batch(order, chain, entriesOf(6, 12));
    await agent.order((state) => state.tail?.archivedTo.ts.t === at(12).ts.t);
    await ingest.close();
    await agent.batch(order, chain, entriesOf(3, 15));
    ingest = await start();
    expect(await agent.order((state) => state.tail?.archivedTo.ts.t === at(15).ts.t)).toMatchObject({
      epoch: 2,
    });
    expect(await archived(chain, 15)).toEqual(entriesOf(0, 15).map(({ bytes }) => bytes));
  });

  it('asks for what is missing once more, and for nothing that it has', async () => {
    const { order, chain } = await tailing(5);
    await agent.batch(order, chain, entriesOf(7, 9));
    const rewound = await agent.order((state) => state.epoch === 3);
    expect(rewound).toMatchObject({ order: 'tail', tail: { chain, archivedTo: at(5) } });
    await agent.batch(order, chain, entriesOf(9, 10));
    await agent.batch(rewound, chain, entriesOf(5, 11));
    expect(await agent.order((state) => state.tail?.archivedTo.ts.t === at(11).ts.t)).toMatchObject({
      epoch: 3,
    });
    expect(await archived(chain, 11)).toEqual(entriesOf(0, 11).map(({ bytes }) => bytes));
    await eventComes('io.headwater.capture.disturbed.v1');
  });

  it('holds a replica set when rewinds do not help, and says so', async () => {
    const { chain } = await tailing(5);
    for (const epoch of [2, 3, 4]) {
      await agent.batch(await agent.order((state) => state.epoch === epoch), chain, entriesOf(7, 9));
    }
    const held = await agent.order((state) => state.epoch === 5);
    expect(held).toMatchObject({ order: 'none', reason: expect.stringContaining('did not help') as string });
  });

  it('records a gap, ends the chain there, and orders a new initial sync', async () => {
    const { order, chain } = await tailing(5);
    await agent.batch(order, chain, entriesOf(5, 7));
    await agent.gap(order, chain, 7, 50);
    expect(await agent.order((state) => state.epoch === 3)).toMatchObject({
      order: 'initial-sync',
      tail: null,
    });
    expect((await archive.oplog.chain(chain)).ends).toMatchObject([
      { kind: 'gap', from: at(7).ts, to: at(50).ts },
    ]);
    expect(await archived(chain, 7)).toHaveLength(7);
    await eventComes('io.headwater.oplog.gap-recorded.v1');
  });

  it('records a fork where history was replaced, and never mixes the two', async () => {
    const { order, chain } = await tailing(5);
    await agent.batch(order, chain, entriesOf(5, 8));
    await agent.batch(order, chain, [entry(7, 'another'), entry(8), entry(9)]);
    expect(await agent.order((state) => state.epoch === 3)).toMatchObject({ order: 'initial-sync' });
    expect((await archive.oplog.chain(chain)).ends).toMatchObject([{ kind: 'fork', at: at(8).ts }]);
    expect(await archived(chain, 8)).toEqual(entriesOf(0, 8).map(({ bytes }) => bytes));
  });

  it('abandons an initial sync that was begun twice or misses a part, and orders another one', async () => {
    const first = await agent.order();
    await agent.beginSync(first, 1, 'a1');
    await agent.beginSync(first, 1, 'a2');
    const second = await agent.order((state) => state.epoch === 2);
    expect(second).toMatchObject({ order: 'initial-sync', sync: { id: '0000000002', attempt: null } });
    await agent.beginSync(second, 1, 'a3');
    await agent.part(second, 1, 'a3');
    await agent.part(second, 3, 'a3');
    expect(await agent.order((state) => state.epoch === 3)).toMatchObject({ order: 'initial-sync' });
  });

  it('abandons an initial sync of which a part is not what was sent, and archives nothing of that part', async () => {
    const order = await agent.order();
    await agent.beginSync(order, 1);
    await agent.part(order, 1);
    await agent.part(order, 2, 'a1', 'f'.repeat(64));
    expect(await agent.order((state) => state.epoch === 2)).toMatchObject({
      order: 'initial-sync',
      reason: expect.stringContaining('part 2 differs from its sha256') as unknown,
    });
    expect(await archive.sync('0000000001').archivedParts()).toBe(1);
  });

  it('keeps the parts of replica sets that copy at the same time apart', async () => {
    const other = new ScriptedAgent(bus, 'e', 'b'.repeat(24));
    await other.announce();
    const [mine, theirs] = [await agent.order(), await other.order()];
    await agent.beginSync(mine, 1);
    await other.beginSync(theirs, 1);
    await agent.part(mine, 1);
    await other.part(theirs, 1);
    await agent.sent(mine, 1, 1);
    await other.sent(theirs, 1, 1);
    await other.order((state) => state.order === 'tail');
    for (const deployment of ['d', 'e']) {
      const sync = (await archiveOf(deployment)).sync('0000000001');
      const complete = await sync.complete();
      expect(complete).not.toBeNull();
      for await (const payload of sync.payloads(complete ?? { parts: [] })) {
        expect(payload.includes(Buffer.from(deployment))).toBe(true);
      }
    }
  });

  it('refuses a second replica set under one deployment id, and archives nothing of it', async () => {
    const { order, chain } = await tailing(5);
    const foreign = new ScriptedAgent(bus, 'd', 'c'.repeat(24));
    await foreign.announce();
    await foreign.batch(order, chain, entriesOf(5, 9));
    await eventComes('io.headwater.capture.disturbed.v1');
    const response = await fetch(`${ingest.url}/readyz`);
    expect([response.status, await response.text()]).toEqual([
      503,
      expect.stringContaining('bound to replica set'),
    ]);
    expect((await agent.order()).tail).toMatchObject({ archivedTo: at(5) });
  });

  it('goes on with the other replica sets while the objects of one are damaged', async () => {
    await tailing(5);
    await ingest.close();
    const epoch = join(home.path, 'store/deployments/d/rs0/epochs/0000000002.json');
    await rm(epoch);
    await writeFile(epoch, '{');
    ingest = await start();
    const other = new ScriptedAgent(bus, 'e', 'b'.repeat(24));
    await other.announce();
    expect(await other.order()).toMatchObject({ order: 'initial-sync' });
    const isUnready = async () => (await fetch(`${ingest.url}/readyz`)).status === 503;
    await eventually(isUnready, { deadlineMs: 10_000, describe: 'that ingest is not ready' });
  });

  it('counts on above the epochs on the bus where the store is older', async () => {
    const { order, chain } = await tailing(5);
    await agent.batch(order, chain, entriesOf(7, 9));
    await agent.order((state) => state.epoch === 3);
    await ingest.close();
    await rm(join(home.path, 'store/deployments/d/rs0/epochs/0000000003.json'));
    ingest = await start();
    expect(await agent.order((state) => state.epoch > 3)).toMatchObject({
      epoch: 4,
      order: 'tail',
      tail: { chain },
    });
  });

  it('is ready, measures what it archived, and drains: what was accepted is archived before it stops', async () => {
    const { order, chain } = await tailing(5);
    await agent.batch(order, chain, entriesOf(5, 7));
    const before = systemClock.ticksMillis();
    expect((await fetch(`${ingest.url}/readyz`)).status).toBe(200);
    expect(await (await fetch(`${ingest.url}/metrics`)).text()).toMatch(
      /headwater_archived_entries_total\{.*\} 5/,
    );
    await ingest.close();
    expect(systemClock.ticksMillis() - before).toBeLessThan(30_000);
    ingest = await start();
    expect(await agent.order((state) => state.tail?.archivedTo.ts.t === at(7).ts.t)).toMatchObject({
      tail: { chain },
    });
  });
});
