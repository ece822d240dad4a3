import { join } from 'node:path';
import { eventually, markOplog, startReplicaSet, type Member, type ReplicaSet } from '@headwater/testing';
import { compareOplogs } from '../harness/archived-oplog.js';
import { Headwater } from '../harness/headwater.js';
import type { Service } from '../harness/service.js';
import { expectNone, figure, WrongAnswer, type Bench, type Benchmark, type Figure } from './benchmark.js';
import { Delays } from './delays.js';
import { PacedInserts, type InsertLoad } from './paced-inserts.js';
import { cpuSecondsOf, peakMemoryOf } from './process-usage.js';

const mebibyte = 1024 * 1024;
const seconds = 20;
/** One write a command, and ten. */
const loads = [
  { perSecond: 100, together: 1 },
  { perSecond: 1000, together: 1 },
  { perSecond: 5000, together: 10 },
] as const;
const usual: InsertLoad = { perSecond: 1000, together: 1 };
/** From this rate on, in writes a second, a mongod is called loaded: an agent has its fixed cost beside an idle one too. */
const rateOfLoad = 1000;

export const tail: Benchmark = {
  name: 'tail',
  title:
    "the agent's CPU beside mongod's at three write rates; how long writes take to the bus and to the store",
  async run(bench) {
    const { binary, directory } = bench;
    const set = await startReplicaSet({
      binary,
      directory: join(directory, 'set'),
      oplogMiB: 2048,
      cacheMiB: 1024,
    });
    try {
      const headwater = await Headwater.start({
        ...{ uri: set.uri, binary, start: ['ingest', 'agent'] },
        environment: { HEADWATER_SLICE_MAX_AGE_SECONDS: '10' },
      });
      try {
        return await headwater.witness(() => measure(bench, set, headwater));
      } finally {
        await headwater.stop();
      }
    } finally {
      await set.stop();
    }
  },
};

async function measure(bench: Bench, set: ReplicaSet, headwater: Headwater): Promise<readonly Figure[]> {
  await headwater.bus.captureUntil('the tail to be ordered', ({ order }) => order === 'tail');
  const delays = await Delays.watch(headwater.pair);
  try {
    const run = new TailRun(bench, { set, headwater, delays });
    const figures: Figure[] = [];
    for (const load of loads) figures.push(...(await run.costs(load)));
    figures.push(...(await run.delaysOf('slices of 10 s', 12)));
    await restarted(headwater.ingest, { HEADWATER_SLICE_MAX_AGE_SECONDS: '1' });
    figures.push(...(await run.delaysOf('slices of 1 s', 3)));
    await headwater.snapshotBuilder.start({
      HEADWATER_SNAPSHOT_INTERVAL_SECONDS: '5',
      HEADWATER_BLOCK_SNAPSHOT_INTERVAL_SECONDS: '5',
    });
    figures.push(...(await run.delaysOf('slices of 1 s, a block snapshot every 5 s', 3)));
    await run.verify();
    return [...figures, ...(await run.memory())];
  } finally {
    await delays.close();
  }
}

interface TailParts {
  readonly set: ReplicaSet;
  readonly headwater: Headwater;
  readonly delays: Delays;
}

class TailRun {
  private readonly inserts: PacedInserts;
  private readonly seconds: number;

  constructor(
    private readonly bench: Bench,
    private readonly parts: TailParts,
  ) {
    this.inserts = new PacedInserts(parts.set.connect());
    this.seconds = Math.max(2, seconds * bench.scale);
  }

  /** CPU of agent, ingest and mongod for the same writes. */
  async costs(load: InsertLoad): Promise<readonly Figure[]> {
    const { headwater } = this.parts;
    const pids = [headwater.agent.pid, headwater.ingest.pid, (await this.member()).pid] as const;
    const before = await Promise.all(pids.map(cpuSecondsOf));
    const writes = await this.inserts.run(load, this.seconds);
    const after = await Promise.all(pids.map(cpuSecondsOf));
    const [agent = NaN, ingest = NaN, mongod = NaN] = after.map((used, n) => used - (before[n] ?? NaN));
    const how = load.together === 1 ? 'one a command' : `${load.together} a command`;
    const at = `${load.perSecond} writes/s (${how})`;
    this.bench.say(
      `${at}: ${writes} writes, agent ${agent.toFixed(2)} s, mongod ${mongod.toFixed(2)} s of CPU`,
    );
    const inBatches = load.together > 1;
    const loaded = load.perSecond >= rateOfLoad;
    const bar = { atMost: 10 };
    return [
      figure(`${at}: CPU of the agent a write`, (agent / writes) * 1e6, 'µs', inBatches ? bar : null),
      figure(`${at}: CPU of the agent beside mongod's`, (agent / mongod) * 100, '%', loaded ? bar : null),
      figure(`${at}: CPU of ingest a write`, (ingest / writes) * 1e6, 'µs'),
    ];
  }

  /** Under the usual load. @param storeSeconds the bar of the way to the store */
  async delaysOf(when: string, storeSeconds: number): Promise<readonly Figure[]> {
    const { delays } = this.parts;
    delays.begin();
    const writes = await this.inserts.run(usual, this.seconds);
    const describe = 'every write to be in the store';
    await eventually(() => delays.counts.store >= writes, { deadlineMs: 60_000, describe });
    if (delays.counts.bus !== writes)
      throw new WrongAnswer(`${delays.counts.bus} of ${writes} writes came to the bus`);
    const { onBus, inStore } = delays;
    this.bench.say(`${when}: to the bus p99 ${onBus.p99} ms, to the store p99 ${inStore.p99} ms`);
    return [
      figure(`${when}: from write to bus, p50`, onBus.p50, 'ms'),
      figure(`${when}: from write to bus, p99`, onBus.p99, 'ms', { atMost: 1000 }),
      figure(`${when}: from write to store, p50`, inStore.p50 / 1000, 's'),
      figure(`${when}: from write to store, p99`, inStore.p99 / 1000, 's', { atMost: storeSeconds }),
    ];
  }

  /** The archive has the source's oplog, entry by entry, byte by byte. */
  async verify(): Promise<void> {
    const { set, headwater } = this.parts;
    const source = set.connect();
    await headwater.bus.archived(await markOplog(source));
    const { differences, entries } = await compareOplogs({ headwater, source });
    expectNone(differences, 'the archived oplog differs from that of the source');
    this.bench.say(`${entries} archived entries are those of the source`);
  }

  async memory(): Promise<readonly Figure[]> {
    const { agent, ingest } = this.parts.headwater;
    return [
      figure('most memory of the agent', await peakMemoryOf(agent.pid), 'bytes', { atMost: 200 * mebibyte }),
      figure('most memory of ingest', await peakMemoryOf(ingest.pid), 'bytes', { atMost: 300 * mebibyte }),
    ];
  }

  private member(): Promise<Member> {
    return this.parts.set.primary();
  }
}

async function restarted(service: Service, changes: Readonly<Record<string, string>>): Promise<void> {
  await service.stop();
  await service.start(changes);
}
