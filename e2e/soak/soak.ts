import { systemClock } from '@headwater/clock';
import type { MongodBinary } from '@headwater/mongod';
import { markOplog, startReplicaSet, takeImage, type ReplicaSet } from '@headwater/testing';
import { imageDifferences } from '../harness/comparison.js';
import { Headwater } from '../harness/headwater.js';
import { withRestored } from '../harness/restored-files.js';
import { serviceNames } from '../harness/service.js';
import { boundsOf, type Bound } from './bounds.js';
import { takeSample, type Sample, type Sampled } from './sampler.js';
import { SteadyLoad } from './steady-load.js';

export interface SoakOptions {
  readonly binary: MongodBinary;
  readonly minutes: number;
  readonly writesPerSecond: number;
  /** How many documents there are all the time. */
  readonly documents: number;
  readonly sampleSeconds: number;
  readonly snapshotIntervalSeconds: number;
  /** As `HEADWATER_BUS_KEPT_MIB`. */
  readonly busKeptMib: number;
  onSample(sample: Sample): void;
}

export interface SoakReport {
  readonly samples: readonly Sample[];
  readonly bounds: readonly Bound[];
  /** Between the source and the restored files, one line each. */
  readonly differences: readonly string[];
  /** What the bus holds of the oplog in the end. */
  readonly batches: { readonly oldest: number; readonly bytes: number };
}

const seed = 20_261_124;
const archiveDeadlineMs = 300_000;

/** All services on a real replica set under a steady load, looked at again and again, and restored from in the end. */
export async function soak(options: SoakOptions): Promise<SoakReport> {
  const set = await startReplicaSet({ binary: options.binary });
  try {
    const load = await SteadyLoad.start(set.connect(), { ...options, seed });
    try {
      return await protectedSoak(options, set, load);
    } finally {
      await load.stop().catch(() => undefined);
    }
  } finally {
    await set.stop();
  }
}

async function protectedSoak(options: SoakOptions, set: ReplicaSet, load: SteadyLoad): Promise<SoakReport> {
  const headwater = await Headwater.start({
    binary: options.binary,
    uri: set.uri,
    start: serviceNames,
    snapshotIntervalSeconds: options.snapshotIntervalSeconds,
    environment: { HEADWATER_BUS_KEPT_MIB: String(options.busKeptMib) },
  });
  try {
    return await headwater.witness(() => observed(options, set, { headwater, load }));
  } finally {
    await headwater.stop();
  }
}

async function observed(
  options: SoakOptions,
  set: ReplicaSet,
  { headwater, load }: { readonly headwater: Headwater; readonly load: SteadyLoad },
): Promise<SoakReport> {
  const member = await set.primary();
  const samples: Sample[] = [];
  const sampling = sampleUntil(options, samples, {
    headwater,
    source: set.connect(),
    sourceDirectory: member.directory,
    sourcePid: member.pid,
    startedAt: performance.now(),
    writes: () => load.acknowledged,
  });
  try {
    await headwater.snapshotsSealed(1);
    await sampling.passed(options.minutes * 60);
    await load.stop();
    const differences = await restoredDifferences(options, set, headwater);
    const batches = await headwater.bus.batchesHeld();
    await sampling.end();
    return { samples, bounds: boundsOf(samples, options.busKeptMib), differences, batches };
  } finally {
    await sampling.end();
  }
}

/** Also while a restore runs: its memory counts. */
function sampleUntil(options: SoakOptions, samples: Sample[], sampled: Sampled) {
  const over = new AbortController();
  const run = async (): Promise<void> => {
    while (!over.signal.aborted) {
      const sample = await takeSample(sampled);
      samples.push(sample);
      options.onSample(sample);
      await systemClock.sleep(options.sampleSeconds * 1000, over.signal).catch(() => undefined);
    }
  };
  const running = run();
  running.catch(() => undefined);
  return {
    /** Resolves when so many seconds have passed since the soak began. @throws what a sample threw. */
    passed: async (seconds: number): Promise<void> => {
      const left = seconds * 1000 - (performance.now() - sampled.startedAt);
      await Promise.race([running, systemClock.sleep(Math.max(0, left))]);
    },
    end: async (): Promise<void> => {
      over.abort();
      await running;
    },
  };
}

async function restoredDifferences(
  { binary }: SoakOptions,
  set: ReplicaSet,
  headwater: Headwater,
): Promise<string[]> {
  const source = set.connect();
  const end = await markOplog(source);
  await headwater.bus.archived(end, archiveDeadlineMs);
  const path = headwater.target('soak');
  await headwater.api.restored({
    deploymentId: 'rs0',
    target: { kind: 'timestamp', ...end },
    delivery: { kind: 'directory', path },
  });
  const expected = await takeImage(source);
  return withRestored(path, binary, (client) => imageDifferences(client, expected));
}
