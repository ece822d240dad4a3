import { join } from 'node:path';
import { systemClock } from '@headwater/clock';
import type { CaptureState } from '@headwater/contracts';
import type { MessageBus } from '@headwater/messaging';
import { openBus } from '@headwater/messaging/opening';
import { DirectoryStore } from '@headwater/object-store/directory';
import { formatPosition } from '@headwater/oplog';
import { Repository } from '@headwater/repository';
import { startService } from '@headwater/service-kit';
import type { RunningService } from '@headwater/service-kit';
import { KafkaBroker, eventually, temporaryDirectory, whyNoKafka } from '@headwater/testing';
import type { TemporaryDirectory } from '@headwater/testing';
import { AppModule } from './app.module.js';
import { readConfig } from './config.js';
import { ScriptedAgent, at, entriesOf } from './spec-support/scripted-agent.js';

/** Enough for every ingest to hold some of them, wherever their keys lie. */
const sets = Array.from({ length: 10 }, (_, n) => `d${n}`);
const partitions = 12;
const patience = 60_000;

const isArchivedTo = (n: number) => (state: CaptureState) => state.tail?.archivedTo.ts.t === at(n).ts.t;

/** One replica set: its agent, the order that it obeys, and how many entries it has sent. */
interface Sending {
  readonly agent: ScriptedAgent;
  readonly order: CaptureState;
  readonly chain: string;
  sent: number;
}

const missing = whyNoKafka();
const declare = missing === null ? describe : describe.skip;
const name = 'ingests that share replica sets';

declare(missing === null ? name : `${name} (SKIPPED: ${missing})`, () => {
  let home: TemporaryDirectory;
  let broker: KafkaBroker;
  let bus: MessageBus;
  let sending: Sending[];
  const running = new Set<RunningService>();

  beforeAll(async () => {
    home = await temporaryDirectory('headwater-sharing-');
    broker = await KafkaBroker.start({ directory: join(home.path, 'broker') });
    const kafka = { bus: 'kafka', kafkaBrokers: [broker.address], kafkaReplicas: 1 } as const;
    bus = await openBus(
      { ...kafka, topicPrefix: 'headwater', busKeptMib: 1, busLimitMib: 1 },
      { clock: systemClock, service: 'spec', busFaults: null, onUpkeepFailure: () => undefined },
    );
  });
  afterAll(async () => {
    await Promise.all([...running].map((ingest) => ingest.close()));
    await bus.close();
    await broker.stop();
    await home.remove();
  });

  /** Slices may be so old and large that only what happens to their replica set closes them. */
  async function start(sliceMaxAgeSeconds = 3600): Promise<RunningService> {
    const environment = {
      HEADWATER_BUS: 'kafka',
      HEADWATER_KAFKA_BROKERS: broker.address,
      HEADWATER_KAFKA_REPLICAS: '1',
      HEADWATER_STORE_DIRECTORY: join(home.path, 'store'),
      HEADWATER_INGEST_PORT: '0',
      HEADWATER_SLICE_MAX_AGE_SECONDS: String(sliceMaxAgeSeconds),
      HEADWATER_LOG_LEVEL: 'silent',
    };
    const config = () => readConfig(environment);
    const ingest = await startService({ name: 'ingest', config, module: AppModule.compose });
    running.add(ingest);
    return ingest;
  }

  async function stop(ingest: RunningService): Promise<void> {
    running.delete(ingest);
    await ingest.close();
  }

  async function holds(ingest: RunningService, count: number): Promise<void> {
    const isThere = async () => {
      const metrics = await (await fetch(`${ingest.url}/metrics`)).text();
      return metrics.includes(`headwater_held_partitions{service="ingest"} ${count}\n`);
    };
    await eventually(isThere, { deadlineMs: patience, describe: `${count} held partitions` });
  }

  /** With a finished initial sync and the entries 1 to 5. */
  async function tailing(deployment: string, n: number): Promise<Sending> {
    const agent = new ScriptedAgent(bus, deployment, n.toString(16).repeat(24).slice(0, 24));
    await agent.announce();
    const first = await agent.order(undefined, patience);
    const chain = await agent.beginSync(first, 1);
    await agent.batch(first, chain, entriesOf(0, 5));
    await agent.order(({ sync }) => sync?.attempt === 'a1', patience);
    await agent.part(first, 1);
    await agent.sent(first, 1, 5);
    const order = await agent.order((state) => state.order === 'tail', patience);
    return { agent, order, chain, sent: 5 };
  }

  async function sendAll(count: number): Promise<void> {
    for (const each of sending) {
      const { agent, order, chain, sent } = each;
      await agent.batch(order, chain, entriesOf(sent, sent + count));
      each.sent += count;
    }
  }

  const archivedTo = async (n: number) => {
    const states = await Promise.all(sending.map(({ agent }) => agent.order(undefined, patience)));
    return states.filter(isArchivedTo(n)).length;
  };

  async function slicesOf({ agent, chain }: Sending) {
    const repository = await Repository.open(await DirectoryStore.open(join(home.path, 'store')));
    const { oplog, epochs } = repository.deployment(agent.deployment).replicaSet('rs0');
    const { slices, ends } = await oplog.chain(chain);
    const ranges = [];
    const entries: Buffer[] = [];
    for (const slice of slices) ranges.push((await oplog.sliceHeader(slice)).range);
    const start = { ts: { t: at(1).ts.t, i: 0 }, term: 1 };
    for await (const some of oplog.entries(chain, start, at(sending[0]?.sent ?? 0).ts)) {
      entries.push(...some.map(({ bytes }) => bytes));
    }
    return { ranges, entries, ends, epoch: (await epochs.newest())?.epoch };
  }

  it('give them to one that joins, and take them back from one that leaves, in the middle of slices: no range is lost or doubled', async () => {
    const first = await start();
    await holds(first, partitions);
    sending = await Promise.all(sets.map(tailing));
    await sendAll(5);
    expect(await archivedTo(10)).toBe(0);

    const second = await start();
    await sendAll(5);
    await holds(first, partitions / 2);
    await holds(second, partitions / 2);
    await sendAll(5);

    await stop(second);
    await holds(first, partitions);
    await sendAll(5);
    const third = await start();
    await holds(third, partitions / 2);
    await sendAll(5);
    await stop(first);
    await holds(third, partitions);
    await stop(third);
    const last = await start(1);
    await eventually(async () => (await archivedTo(30)) === sets.length, { deadlineMs: patience });
    await stop(last);

    let handedOver = 0;
    for (const each of sending) {
      const { ranges, entries, ends, epoch } = await slicesOf(each);
      expect(entries).toEqual(entriesOf(0, 30).map(({ bytes }) => bytes));
      expect(ranges.slice(1).map(({ from }) => formatPosition(from))).toEqual(
        ranges.slice(0, -1).map(({ to }) => formatPosition(to)),
      );
      expect({ ends, epoch }).toEqual({ ends: [], epoch: each.order.epoch });
      handedOver += ranges.length - 2;
    }
    // Of each, the first slice was closed by its initial sync, the last at its age or by a stop.
    expect(handedOver).toBeGreaterThan(0);
  });
});
