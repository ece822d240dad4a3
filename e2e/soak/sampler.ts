import { readFile } from 'node:fs/promises';
import type { MongoClient } from 'mongodb';
import { cpuSecondsOf, peakMemoryOf } from '../bench/process-usage.js';
import type { Headwater } from '../harness/headwater.js';
import { directorySize, fileSize } from './directory-size.js';

export interface ProcessSample {
  readonly name: string;
  readonly residentBytes: number;
  readonly peakBytes: number;
  /** Since it began. */
  readonly cpuSeconds: number;
}

/** What there is at one moment. */
export interface Sample {
  /** Since the soak began. */
  readonly atSeconds: number;
  readonly writes: number;
  readonly snapshots: number;
  readonly busFileBytes: number;
  readonly busLogBytes: number;
  readonly headBytes: number;
  readonly storeBytes: number;
  /** Data files of the source, its oplog and its journal included. */
  readonly sourceBytes: number;
  /** Null before there is a batch; negative while the source is read anew. */
  readonly oplogLagSeconds: number | null;
  readonly archiveLagSeconds: number | null;
  readonly processes: readonly ProcessSample[];
}

export interface Sampled {
  readonly headwater: Headwater;
  readonly source: MongoClient;
  readonly sourceDirectory: string;
  readonly sourcePid: number;
  readonly startedAt: number;
  /** Writes acknowledged so far. */
  writes(): number;
}

export async function takeSample(sampled: Sampled): Promise<Sample> {
  const { headwater, sourceDirectory, startedAt } = sampled;
  const { busFile, headDirectory, storeDirectory } = headwater;
  return {
    ...(await lagsOf(sampled)),
    busFileBytes: await fileSize(busFile),
    busLogBytes: await fileSize(`${busFile}-wal`),
    headBytes: await directorySize(headDirectory),
    storeBytes: await directorySize(storeDirectory),
    sourceBytes: await directorySize(sourceDirectory),
    snapshots: (await headwater.api.snapshots().catch(() => [])).length,
    processes: await processesOf(sampled),
    writes: sampled.writes(),
    atSeconds: (performance.now() - startedAt) / 1000,
  };
}

async function lagsOf({
  headwater,
  source,
}: Sampled): Promise<Pick<Sample, 'oplogLagSeconds' | 'archiveLagSeconds'>> {
  const hello = await source.db('admin').command({ hello: 1 });
  const { ts } = (hello as { lastWrite: { majorityOpTime: { ts: { t: number } } } }).lastWrite.majorityOpTime;
  const behind = (seconds: number | undefined): number | null =>
    seconds === undefined ? null : Math.max(0, ts.t - seconds);
  return {
    oplogLagSeconds: behind((await headwater.bus.agent())?.publishedTo?.ts.t),
    archiveLagSeconds: behind((await headwater.bus.archivedTo())?.t),
  };
}

async function processesOf({ headwater, sourcePid }: Sampled): Promise<ProcessSample[]> {
  const running = headwater.services.filter((service) => service.running);
  const all = [...running.map(({ name, pid }) => ({ name, pid })), { name: 'source mongod', pid: sourcePid }];
  return Promise.all(
    all.map(async ({ name, pid }) => ({
      name,
      residentBytes: await residentMemoryOf(pid),
      peakBytes: await peakMemoryOf(pid),
      cpuSeconds: await cpuSecondsOf(pid),
    })),
  );
}

/** In bytes. Linux only. */
async function residentMemoryOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? NaN) * 1024;
}
