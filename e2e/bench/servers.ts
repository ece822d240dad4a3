import { join } from 'node:path';
import { formatTimestamp, type OplogTimestamp } from '@headwater/oplog';
import { eventually, markOplog, startReplicaSet, type ReplicaSet } from '@headwater/testing';
import { compareOplogs } from '../harness/archived-oplog.js';
import { Headwater } from '../harness/headwater.js';
import { Servers } from '../harness/servers.js';
import { expectNone, figure, scaled, type Bench, type Benchmark, type Figure } from './benchmark.js';
import { Delays } from './delays.js';
import { bytesOfOplog } from './oplog-bytes.js';
import { PacedInserts } from './paced-inserts.js';
import { cpuSecondsOf, peakMemoryOf } from './process-usage.js';
import { timed } from './timing.js';

const mebibyte = 1024 * 1024;
const load = { perSecond: 2000, together: 1 };
const sizes = { seconds: 30, backlog: 300_000 };
const documentsTogether = 100;
/** Of memory, by the design; what is not named has none. */
const memoryBars: Readonly<Record<string, number>> = { agent: 200, ingest: 300 };

export const servers: Benchmark = {
  name: 'servers',
  title:
    'from the source through Kafka into MinIO: delays under a steady load, a backlog, CPU and memory by process',
  async run(bench) {
    const { binary, directory } = bench;
    const set = await startReplicaSet({
      ...{ binary, directory: join(directory, 'set'), oplogMiB: 4096, cacheMiB: 1024 },
    });
    try {
      const started = await Servers.start();
      try {
        return await onServers(bench, set, started);
      } finally {
        await started.stop();
      }
    } finally {
      await set.stop();
    }
  },
};

async function onServers(bench: Bench, set: ReplicaSet, started: Servers): Promise<readonly Figure[]> {
  const headwater = await Headwater.start({
    ...{ uri: set.uri, binary: bench.binary, servers: started.address, start: ['ingest', 'agent'] },
  });
  try {
    return await headwater.witness(() => new ServersRun(bench, { set, headwater, servers: started }).run());
  } finally {
    await headwater.stop();
  }
}

interface ServersParts {
  readonly set: ReplicaSet;
  readonly headwater: Headwater;
  readonly servers: Servers;
}

class ServersRun {
  private readonly inserts: PacedInserts;

  constructor(
    private readonly bench: Bench,
    private readonly parts: ServersParts,
  ) {
    this.inserts = new PacedInserts(parts.set.connect());
  }

  async run(): Promise<readonly Figure[]> {
    const { headwater, set } = this.parts;
    await headwater.bus.captureUntil('the tail to be ordered', ({ order }) => order === 'tail');
    const figures = [...(await this.steadily()), ...(await this.backlog())];
    const { differences, entries } = await compareOplogs({ headwater, source: set.connect() });
    expectNone(differences, 'the archived oplog differs from that of the source');
    this.bench.say(`${entries} archived entries are those of the source`);
    return [...figures, ...(await this.memory())];
  }

  /** Delays, and the CPU of every process, under a steady load. */
  private async steadily(): Promise<readonly Figure[]> {
    const delays = await Delays.watch(this.parts.headwater.pair);
    try {
      const pids = await this.pids();
      const cpu = () => Promise.all(pids.map(([, pid]) => cpuSecondsOf(pid)));
      delays.begin();
      const before = await cpu();
      const { result: writes, seconds } = await timed(() =>
        this.inserts.run(load, scaled(this.bench, sizes.seconds, 2)),
      );
      const after = await cpu();
      const describe = 'every write to be in the store';
      await eventually(() => delays.counts.store >= writes, { deadlineMs: 60_000, describe });
      const { onBus, inStore } = delays;
      this.bench.say(`${writes} writes: to the bus p99 ${onBus.p99} ms, to the store p99 ${inStore.p99} ms`);
      const at = `${load.perSecond} writes/s`;
      return [
        figure(`${at}: written`, writes / seconds, '/s'),
        figure(`${at}: from write to bus, p50`, onBus.p50, 'ms'),
        figure(`${at}: from write to bus, p99`, onBus.p99, 'ms', { atMost: 1000 }),
        figure(`${at}: from write to store, p50 (slices of 1 s)`, inStore.p50, 'ms'),
        figure(`${at}: from write to store, p99 (slices of 1 s)`, inStore.p99, 'ms', { atMost: 3000 }),
        ...pids.map(([name], n) => {
          const used = (after[n] ?? NaN) - (before[n] ?? NaN);
          return figure(`${at}: CPU of ${name}`, (used / seconds) * 100, '%');
        }),
      ];
    } finally {
      await delays.close();
    }
  }

  /** What was written while the agent was away: how fast all of it comes into the store. */
  private async backlog(): Promise<readonly Figure[]> {
    const { set, headwater } = this.parts;
    const source = set.connect();
    const from = await markOplog(source);
    await headwater.bus.archived(from);
    await headwater.agent.stop();
    await this.inserts.insert(scaled(this.bench, sizes.backlog, 2000), documentsTogether);
    const to = await markOplog(source);
    const { entries, bytes } = await bytesOfOplog(source, from, to);
    const { seconds } = await timed(() => this.caughtUp(to));
    this.bench.say(`${entries} entries, ${(bytes / mebibyte).toFixed(0)} MiB in ${seconds.toFixed(1)} s`);
    return [
      figure('backlog: oplog entries', entries, ''),
      figure('backlog: from the start of the agent until all is in the store', seconds, 's'),
      figure('backlog: entries', entries / seconds, '/s'),
      figure('backlog: bytes of oplog', bytes / seconds, 'bytes/s'),
    ];
  }

  private async caughtUp(to: OplogTimestamp): Promise<void> {
    const { agent, bus } = this.parts.headwater;
    await agent.start();
    this.bench.say(`the agent is ready, and reads up to ${formatTimestamp(to)}`);
    await bus.archived(to);
  }

  private async memory(): Promise<readonly Figure[]> {
    const pids = await this.pids();
    return Promise.all(
      pids.map(async ([name, pid]) => {
        const bar = memoryBars[name];
        const limit = bar === undefined ? null : { atMost: bar * mebibyte };
        return figure(`most memory of ${name}`, await peakMemoryOf(pid), 'bytes', limit);
      }),
    );
  }

  private async pids(): Promise<readonly (readonly [string, number])[]> {
    const { set, headwater, servers: started } = this.parts;
    return [
      ['agent', headwater.agent.pid],
      ['ingest', headwater.ingest.pid],
      ['Kafka', started.kafka.pid ?? 0],
      ['MinIO', started.minio.pid ?? 0],
      ['mongod', (await set.primary()).pid],
    ];
  }
}
