import { join } from 'node:path';
import { decodeCloudEvent, topicsOf } from '@headwater/contracts';
import { EmbeddedBus } from '@headwater/messaging/embedded';
import { DirectoryStore } from '@headwater/object-store/directory';
import { Repository } from '@headwater/repository';
import { startService } from '@headwater/service-kit';
import type { RunningService } from '@headwater/service-kit';
import { temporaryDirectory } from '@headwater/testing';
import type { TemporaryDirectory } from '@headwater/testing';
import { AppModule } from './app.module.js';
import { readConfig } from './config.js';
import { ScriptedAgent, at, entriesOf } from './spec-support/scripted-agent.js';

const patience = 90_000;
const topics = topicsOf();
const upTo = (n: number) => (state: { tail: { archivedTo: { ts: { t: number } } } | null }) =>
  state.tail?.archivedTo.ts.t === at(n).ts.t;

describe.each([1, 2, 3])('ingest, whose store and bus fail at every step (seed %d)', (seed) => {
  jest.setTimeout(3 * patience);
  let home: TemporaryDirectory;
  let bus: EmbeddedBus;
  let ingest: RunningService;
  let agent: ScriptedAgent;

  beforeEach(async () => {
    home = await temporaryDirectory('headwater-ingest-faults-');
    bus = await EmbeddedBus.open(join(home.path, 'bus.db'));
    const environment = {
      HEADWATER_BUS_FILE: join(home.path, 'bus.db'),
      HEADWATER_STORE_DIRECTORY: join(home.path, 'store'),
      HEADWATER_INGEST_PORT: '0',
      HEADWATER_SLICE_MAX_AGE_SECONDS: '1',
      HEADWATER_LOG_LEVEL: 'silent',
      HEADWATER_FAULTS: `seed=${seed},store=0.3,bus=0.2`,
    };
    ingest = await startService({
      name: 'ingest',
      config: () => readConfig(environment),
      module: AppModule.compose,
    });
    agent = new ScriptedAgent(bus);
    await agent.announce();
  });

  afterEach(async () => {
    await ingest.close();
    await bus.close();
    await home.remove();
  });

  it('archives every entry once and in order, and nothing is rewound, held, lost or forked', async () => {
    const first = await agent.order(undefined, patience);
    const chain = await agent.beginSync(first, 1);
    await agent.batch(first, chain, entriesOf(0, 5));
    for (const part of [1, 2, 3]) await agent.part(first, part);
    await agent.sent(first, 3, 5);
    const tail = await agent.order((state) => state.order === 'tail', patience);
    for (let from = 5; from < 205; from += 5) {
      await agent.batch(tail, chain, entriesOf(from, from + 5));
      // What an agent does whose answer was lost.
      if (from % 3 === 0) await agent.batch(tail, chain, entriesOf(from, from + 5));
    }
    const order = await agent.order(upTo(205), patience);
    expect(order.epoch).toBe(tail.epoch);

    const repository = await Repository.open(await DirectoryStore.open(join(home.path, 'store')));
    const { oplog } = repository.deployment('d').replicaSet('rs0');
    const archived: Buffer[] = [];
    const start = { ts: { t: at(1).ts.t, i: 0 }, term: 1 };
    for await (const entries of oplog.entries(chain, start, at(205).ts)) {
      archived.push(...entries.map(({ bytes }) => bytes));
    }
    expect(archived).toEqual(entriesOf(0, 205).map(({ bytes }) => bytes));
    expect((await oplog.chain(chain)).ends).toEqual([]);
    expect(new Set(await eventTypes())).toEqual(
      new Set(['io.headwater.capture.ordered.v1', 'io.headwater.initial-sync.completed.v1']),
    );
    const metrics = await (await fetch(`${ingest.url}/metrics`)).text();
    for (const port of ['store', 'bus']) {
      expect(metrics).toContain(`headwater_faults_total{port="${port}"`);
    }
  });

  async function eventTypes(): Promise<string[]> {
    const types: string[] = [];
    const last = await bus.latest(topics.events, 'd');
    const done = Promise.withResolvers<undefined>();
    const reading = await bus.consume({
      group: 'spec',
      topics: [topics.events],
      onMessage: (message) => {
        const event = decodeCloudEvent(message);
        types.push(event.ok ? event.value.type : event.problem);
        if (message.offset === last?.offset) done.resolve(undefined);
        return Promise.resolve();
      },
    });
    await done.promise;
    await reading.stop();
    return types;
  }
});
