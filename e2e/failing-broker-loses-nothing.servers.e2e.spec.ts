import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MongoClient } from 'mongodb';
import { captureDisturbed, forkRecorded, gapRecorded } from '@headwater/contracts';
import { compareTimestamps } from '@headwater/oplog';
import { eventually, markOplog, temporaryDirectory, type TemporaryDirectory } from '@headwater/testing';
import { compareOplogs } from './harness/archived-oplog.js';
import { BackgroundLoad } from './harness/background-load.js';
import { compareRestored } from './harness/comparison.js';
import { damagedBatch } from './harness/damaged-batch.js';
import { rewindGroup } from './harness/kafka-tools.js';
import { peakMemoryMiB } from './harness/memory.js';
import { ProtectedSet } from './harness/protected-set.js';
import { Servers } from './harness/servers.js';
import type { Service } from './harness/service.js';
import { rawEntriesOf } from './harness/source-oplog.js';
import { TinyDisk } from './harness/tiny-disk.js';
import { writesPassed } from './harness/writes-passed.js';
import { describeOnServers } from './spec-support/describe-on-pair.js';

const writesPerSecond = 150;
/** How long the broker is away; the long form is 60. */
const outageSeconds = Number(process.env['HEADWATER_E2E_OUTAGE_SECONDS'] ?? 3);
const canMount = TinyDisk.available();
const withMounts = canMount ? it : it.skip;

/** Without it a batch holds as much as comes in half a second: too few of them for a test. */
const manyBatches = { HEADWATER_BATCH_MAX_AGE_MILLISECONDS: '5' };

describeOnServers('a backup whose broker fails', () => {
  let home: TemporaryDirectory;
  let disk: TinyDisk | null = null;
  let servers: Servers;
  let scene: ProtectedSet;
  let load: BackgroundLoad;

  beforeAll(async () => {
    home = await temporaryDirectory('hw-e2e-broker-');
    const directory = join(home.path, 'disk');
    if (canMount) disk = new TinyDisk(directory, 'size=600m');
    servers = await Servers.start({ directory });
    scene = await ProtectedSet.start({
      servers: servers.address,
      writesPerSecond,
      fillerMiB: 10,
      snapshotIntervalSeconds: 20,
      environment: manyBatches,
      prepare: startLoad,
    });
    await scene.headwater.witness(() => scene.headwater.snapshotsSealed(1));
  });
  afterAll(() => load.halt().catch(() => undefined));
  afterAll(() => scene.stop());
  afterAll(() => servers.stop());
  afterAll(async () => {
    disk?.unmount();
    await home.remove();
  });

  async function startLoad(source: MongoClient): Promise<void> {
    const sizes = { documents: 300, largeDocumentMiB: 1 };
    load = new BackgroundLoad(source, { seed: 7, database: 'load', ratePerSecond: 20, sizes });
    await load.start();
  }

  const agentLogged = (logId: string): number =>
    scene.headwater.agent.logs.filter((line) => line.logId === logId).length;

  /** Until the agent has been refused since the call, and so much longer as an outage lasts. */
  async function outage(act: () => Promise<unknown>): Promise<void> {
    const before = agentLogged('bus.refused');
    await act();
    await eventually(() => agentLogged('bus.refused') > before, {
      deadlineMs: 60_000,
      describe: 'the agent to hold',
    });
    await writesPassed(scene.writer, outageSeconds * writesPerSecond);
  }

  /** Until what is written now is archived; it is restored then and compared, with the load halted. */
  async function expectRestoresEqual(name: string): Promise<void> {
    await load.halt();
    const { t, i } = await markOplog(scene.source);
    await scene.headwater.bus.archived({ t, i });
    const target = { kind: 'timestamp', t, i } as const;
    const { job, differences } = await compareRestored(scene, target, { name, copyWindow: true });
    expect(job.restoredTo).toEqual({ t, i });
    expect(differences).toEqual([]);
    load.resume();
  }

  const epoch = async (): Promise<number> => (await scene.headwater.bus.capture())?.epoch ?? 0;

  it.each([
    ['was stopped', () => servers.kafka.stop()],
    ['was killed', () => servers.kafka.kill9()],
  ] as const)('has lost nothing, and had nothing sent again, when it %s for a while', (name, end) =>
    scene.headwater.witness(async () => {
      const before = await epoch();
      await outage(end);
      await servers.kafka.start();
      await expectRestoresEqual(name.replaceAll(' ', '-'));
      expect(await epoch()).toBe(before);
    }),
  );

  it('has doubled nothing when the last 1,000 messages came again', () =>
    scene.headwater.witness(async () => {
      const { ingest, bus, pair } = scene.headwater;
      const before = await epoch();
      const ignored = (): number =>
        ingest.logs.filter(({ logId, answer }) => logId === 'continuity.decided' && answer === 'Ignore')
          .length;
      const { partition } = await eventually(
        async () => {
          const held = await bus.batchesHeld();
          return held.count > 1000 && held;
        },
        { deadlineMs: 60_000, pauseMs: 1000, describe: '1,000 batches' },
      );
      await ingest.stop();
      const earlier = ignored();
      const topic = pair.topics.oplogBatches;
      const group = topic.replace(/\..*/, '.ingest');
      await rewindGroup({ broker: servers.kafka.address, group, topic, partition, messages: 1000 });
      await ingest.start();
      await expectRestoresEqual('redelivered');
      expect(ignored() - earlier).toBeGreaterThan(950);
      expect(await epoch()).toBe(before);
    }));

  it('asks for a batch with a flipped bit once more, of that replica set alone, and says so', async () => {
    const other = await ProtectedSet.start({
      pair: scene.headwater.pair,
      deployment: 'other',
      start: ['agent'],
      writesPerSecond: 50,
    });
    try {
      await scene.headwater.witness(() => expectRewoundAlone(other));
    } finally {
      await other.stop();
    }
  });

  async function expectRewoundAlone(other: ProtectedSet): Promise<void> {
    const { agent, bus } = scene.headwater;
    const beside = other.headwater.bus;
    const { epoch: epochBeside } = await beside.captureUntil(
      'the other set',
      ({ order }) => order === 'tail',
    );
    await agent.stop();
    const publishedTo = (await bus.agent())?.publishedTo?.ts ?? { t: 0, i: 0 };
    const order = await bus.captureUntil(
      'what was published to be archived',
      ({ tail }) => tail !== null && compareTimestamps(tail.archivedTo.ts, publishedTo) >= 0,
    );
    const from = order.tail?.archivedTo.ts ?? publishedTo;
    await writesPassed(scene.writer, 50);
    const entries = await rawEntriesOf(scene.source, from, await markOplog(scene.source));
    await bus.publishBatch(damagedBatch(order, entries));
    const rewound = await bus.captureUntil('a rewind', (now) => now.epoch > order.epoch);
    expect(rewound).toMatchObject({
      epoch: order.epoch + 1,
      order: 'tail',
      tail: { chain: order.tail?.chain },
    });
    // Nobody of the first set publishes: the other one goes on.
    await beside.archived(await markOplog(other.source));
    await agent.start();
    await expectRestoresEqual('flipped');
    expect(await bus.eventTypes()).toContain(captureDisturbed.type);
    expect(await beside.eventTypes()).not.toContain(captureDisturbed.type);
    expect((await beside.capture())?.epoch).toBe(epochBeside);
  }

  withMounts(
    `has lost nothing when the disk of the broker was full${canMount ? '' : ' (SKIPPED: mounting needs root)'}`,
    () =>
      scene.headwater.witness(async () => {
        const before = await epoch();
        const ballast = join(home.path, 'disk', 'ballast');
        await outage(() => fillDisk(ballast));
        await rm(ballast);
        if (servers.kafka.hasEnded) await servers.kafka.start();
        await expectRestoresEqual('disk-full');
        expect(await epoch()).toBe(before);
      }),
  );

  it('has lost nothing when the broker lost all its data: epochs go on, on the same chain', () =>
    scene.headwater.witness(async () => {
      const { bus } = scene.headwater;
      const before = await bus.capture();
      await outage(() => servers.kafka.kill9());
      await servers.kafka.startWithoutData();
      await expectRestoresEqual('lost');
      const after = await bus.capture();
      expect(after?.tail?.chain).toBe(before?.tail?.chain);
      expect(after?.epoch).toBeGreaterThanOrEqual(before?.epoch ?? 0);
    }));

  it('has archived every entry of the source once and in order, without a gap or a fork, and within its memory', () =>
    scene.headwater.witness(async () => {
      const { agent, ingest, restore, bus, services } = scene.headwater;
      await load.halt();
      await scene.writer.stop();
      await bus.archived(await markOplog(scene.source));
      expect((await compareOplogs(scene)).differences).toEqual([]);
      expect(scene.writer.failures).toEqual([]);
      const types = await bus.eventTypes();
      expect(types).not.toContain(gapRecorded.type);
      expect(types).not.toContain(forkRecorded.type);
      expect(services.filter((service) => service.endedByItself)).toEqual([]);
      const memory = (service: Service): Promise<number> => peakMemoryMiB(service.pid);
      expect(await memory(agent)).toBeLessThan(200);
      expect(await memory(ingest)).toBeLessThan(300);
      expect(await memory(restore)).toBeLessThan(400);
    }));
});

/** Until nothing more fits. */
async function fillDisk(path: string): Promise<void> {
  const piece = Buffer.alloc(1024 * 1024);
  try {
    for (;;) await writeFile(path, piece, { flag: 'a' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
}
