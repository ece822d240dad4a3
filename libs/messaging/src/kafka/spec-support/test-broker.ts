import { Kafka, logLevel } from 'kafkajs';
import type { MessageBus } from '@headwater/messaging';
import type { BusHarness } from '@headwater/messaging/conformance';
import { KafkaBroker, eventually, temporaryDirectory } from '@headwater/testing';
import type { KafkaBrokerOptions } from '@headwater/testing';
import type { GroupTiming } from '../groups/group-membership.js';
import { KafkaBus } from '../kafka-bus.js';
import { ScopedBus } from './scoped-bus.js';

/** Takeovers that a test waits for come soon, and a busy machine is still no death. */
export const quickTiming: Partial<GroupTiming> = { sessionMillis: 10_000, heartbeatMillis: 200 };

const mib = 1024 * 1024;

/** The largest message of the port, with room for what Kafka adds. */
const largest = {
  'message.max.bytes': String(65 * mib),
  'replica.fetch.max.bytes': String(65 * mib),
};

export interface TestBroker {
  readonly broker: KafkaBroker;
  readonly directory: string;
  createTopics(
    names: readonly string[],
    partitions?: number,
    settings?: Readonly<Record<string, string>>,
  ): Promise<void>;
  stop(): Promise<void>;
}

/** A broker of its own with a group coordinator that answers, for one spec. */
export async function startTestBroker(options: Partial<KafkaBrokerOptions> = {}): Promise<TestBroker> {
  const directory = await temporaryDirectory('headwater-kafka-');
  const broker = await KafkaBroker.start({
    directory: directory.path,
    ...options,
    properties: { ...largest, ...options.properties },
  });
  const kafka = new Kafka({ brokers: [broker.address], logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  // The first group makes the coordinator's topic, and is told to come again while it does.
  await eventually(() => admin.fetchOffsets({ groupId: 'first' }), { deadlineMs: 30_000 });
  return {
    broker,
    directory: directory.path,
    createTopics: async (names, numPartitions = 1, settings = {}) => {
      const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }));
      await admin.createTopics({
        waitForLeaders: false,
        topics: names.map((topic) => ({ topic, numPartitions, configEntries })),
      });
      // A broker learns of a topic, and opens its partitions, a moment after the controller has made it.
      for (const name of names) await eventually(() => admin.fetchTopicOffsets(name), { pauseMs: 5 });
    },
    stop: async () => {
      await admin.disconnect();
      await broker.stop();
      await directory.remove();
    },
  };
}

let scopes = 0;

/** For one test: the broker as if nobody else used it. */
export async function scopedHarness(
  test: TestBroker,
  topics: readonly string[],
  partitions = 1,
): Promise<BusHarness> {
  scopes += 1;
  const scope = `test-${scopes}`;
  await test.createTopics(
    topics.map((topic) => `${scope}.${topic}`),
    partitions,
  );
  const clients: MessageBus[] = [];
  const another = () => {
    const bus = KafkaBus.open(
      { brokers: [test.broker.address], clientId: `client-${clients.length}` },
      { timing: quickTiming },
    );
    const client = new ScopedBus(bus, scope);
    clients.push(client);
    return Promise.resolve(client);
  };
  return {
    bus: await another(),
    another,
    dispose: async () => {
      await Promise.all(clients.map((client) => client.close()));
    },
  };
}
