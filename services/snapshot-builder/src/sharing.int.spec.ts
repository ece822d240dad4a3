import { join } from 'node:path';
import { systemClock } from '@headwater/clock';
import { captureKey, captureState, topicsOf } from '@headwater/contracts';
import type { MessageBus } from '@headwater/messaging';
import { openBus } from '@headwater/messaging/opening';
import { DirectoryStore } from '@headwater/object-store/directory';
import { chainId } from '@headwater/oplog';
import { Repository } from '@headwater/repository';
import { createLogger, Publisher, startService } from '@headwater/service-kit';
import type { RunningService } from '@headwater/service-kit';
import { KafkaBroker, eventually, temporaryDirectory, whyNoKafka } from '@headwater/testing';
import type { TemporaryDirectory } from '@headwater/testing';
import { AppModule } from './app.module.js';
import { readConfig } from './config.js';

const sets = Array.from({ length: 10 }, (_, n) => `d${n}`);
/** Those whose keys lie on the upper half of the partitions: that half goes to one that joins. */
const moving = ['d0', 'd1', 'd3', 'd5'];
const partitions = 12;
const topics = topicsOf();
const at = { ts: { t: 100, i: 1 }, term: 1 };
const chain = chainId(at.ts, 1);

/** A builder without a mongod: it says so of every head that it has. */
interface Builder {
  readonly service: RunningService;
  /** The deployments whose heads it has had. */
  readonly heads: Set<string>;
}

const missing = whyNoKafka();
const declare = missing === null ? describe : describe.skip;
const name = 'snapshot-builders that share replica sets';

declare(missing === null ? name : `${name} (SKIPPED: ${missing})`, () => {
  let home: TemporaryDirectory;
  let broker: KafkaBroker;
  let bus: MessageBus;
  const running = new Set<RunningService>();

  beforeAll(async () => {
    home = await temporaryDirectory('headwater-builders-');
    broker = await KafkaBroker.start({ directory: join(home.path, 'broker') });
    const kafka = { bus: 'kafka', kafkaBrokers: [broker.address], kafkaReplicas: 1 } as const;
    bus = await openBus(
      { ...kafka, topicPrefix: 'headwater', busKeptMib: 1, busLimitMib: 1 },
      { clock: systemClock, service: 'spec', busFaults: null, onUpkeepFailure: () => undefined },
    );
    // As ingest does, when initial syncs are whole.
    const repository = await Repository.open(await DirectoryStore.open(join(home.path, 'store')));
    for (const deployment of sets) await completeSync(repository, deployment);
  });
  afterAll(async () => {
    await Promise.all([...running].map((service) => service.close()));
    await bus.close();
    await broker.stop();
    await home.remove();
  });

  async function completeSync(repository: Repository, deployment: string): Promise<void> {
    const about = { replicaSetId: 'a'.repeat(24), epoch: 1 };
    await repository
      .deployment(deployment)
      .replicaSet('rs0')
      .sync('0000000001')
      .finish({
        ...{ format: 1, syncId: '0000000001', attempt: 'a', chain, ...about },
        ...{ beginFetching: at, beginApplying: at, stop: at, member: 'h:1' },
        ...{ serverVersion: '6.0.5', fcv: '6.0', parts: [], documents: 0, bytes: 0 },
      });
    const publisher = new Publisher({ bus, topics, clock: systemClock, source: '/spec' });
    await publisher.state(captureState, captureKey(deployment, 'rs0'), {
      ...{ deployment, replicaSet: 'rs0', ...about, order: 'tail' as const, sync: null, reason: '' },
      ...{ tail: { chain, archivedTo: at }, updatedAt: '2026-11-24T08:00:00.000Z' },
    });
  }

  async function start(directory: string): Promise<Builder> {
    const heads = new Set<string>();
    const note = (line: string) => {
      const { logId, deployment } = JSON.parse(line) as { logId?: string; deployment?: string };
      if (logId === 'head.broken' && deployment !== undefined) heads.add(deployment);
    };
    const environment = {
      HEADWATER_BUS: 'kafka',
      HEADWATER_KAFKA_BROKERS: broker.address,
      HEADWATER_KAFKA_REPLICAS: '1',
      HEADWATER_STORE_DIRECTORY: join(home.path, 'store'),
      HEADWATER_HEAD_DIRECTORY: join(home.path, directory),
      HEADWATER_MONGOD_6_0: join(home.path, 'no-mongod-here'),
      HEADWATER_SNAPSHOT_BUILDER_PORT: '0',
    };
    const service = await startService({
      name: 'snapshot-builder',
      logger: createLogger({ service: 'snapshot-builder', level: 'error', destination: { write: note } }),
      config: () => readConfig(environment),
      module: AppModule.compose,
    });
    running.add(service);
    return { service, heads };
  }

  async function holds({ service }: Builder, count: number): Promise<void> {
    const isThere = async () => {
      const metrics = await (await fetch(`${service.url}/metrics`)).text();
      return metrics.includes(`headwater_held_partitions{service="snapshot-builder"} ${count}\n`);
    };
    await eventually(isThere, { deadlineMs: 60_000, describe: `${count} held partitions` });
  }

  /** Resolves when it has had so many heads. They are visited in order, so that one too many would be among them. */
  async function hasHad(builder: Builder, count: number): Promise<string[]> {
    const isThere = () => builder.heads.size >= count;
    await eventually(isThere, { deadlineMs: 60_000, describe: `${count} heads` });
    return [...builder.heads].sort();
  }

  it('have each its own heads, give some to one that joins, and take over those of one that leaves', async () => {
    const first = await start('first');
    await holds(first, partitions);
    expect(await hasHad(first, sets.length)).toEqual(sets);

    const second = await start('second');
    await holds(first, partitions / 2);
    await holds(second, partitions / 2);
    expect(await hasHad(second, moving.length)).toEqual(moving);

    running.delete(first.service);
    await first.service.close();
    await holds(second, partitions);
    expect(await hasHad(second, sets.length)).toEqual(sets);
  });
});
