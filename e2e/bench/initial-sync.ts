import { join } from 'node:path';
import type { HeadState } from '@headwater/contracts';
import { compareTimestamps } from '@headwater/oplog';
import {
  compareImages,
  eventually,
  markOplog,
  startReplicaSet,
  takeImage,
  type ReplicaSet,
} from '@headwater/testing';
import { Headwater } from '../harness/headwater.js';
import { withRestored } from '../harness/restored-files.js';
import { expectNone, figure, scaled, type Bench, type Benchmark, type Figure } from './benchmark.js';
import { loadDocuments } from './documents.js';
import { peakMemoryOf } from './process-usage.js';
import { timed } from './timing.js';

const sizes = { documents: 1_000_000 };
const cacheMiB = 1024;
const mebibyte = 1024 * 1024;

/** The services take the memory that a new member takes. */
export const fullCaches = {
  HEADWATER_HEAD_CACHE_MIB: String(cacheMiB),
  HEADWATER_RESTORE_CACHE_MIB: String(cacheMiB),
};

export const initialSync: Benchmark = {
  name: 'initial-sync',
  title: "from start to the first restorable point, beside a new member's initial sync of the same data",
  async run(bench) {
    const { binary, directory } = bench;
    const set = await startReplicaSet({
      binary,
      directory: join(directory, 'set'),
      oplogMiB: 2048,
      cacheMiB,
    });
    try {
      await loadDocuments(set, scaled(bench, sizes.documents, 2000));
      await markOplog(set.connect());
      bench.say('the data is there');
      return await measure(bench, set);
    } finally {
      await set.stop();
    }
  },
};

async function measure(bench: Bench, set: ReplicaSet): Promise<readonly Figure[]> {
  const started = await timed(() => firstRestorable(bench, set));
  const { headwater, seconds, steps } = started.result;
  bench.say(`Headwater: ${seconds.toFixed(1)} s`);
  let memory: readonly Figure[];
  try {
    memory = await memoryOf(headwater);
    await headwater.witness(() => verify(bench, set, headwater));
  } finally {
    await headwater.stop();
  }
  const member = await timed(() => set.add());
  bench.say(`a new member: ${member.seconds.toFixed(1)} s`);
  return [
    figure('documents of about 500 bytes', scaled(bench, sizes.documents, 2000), ''),
    figure('Headwater: from the start of its processes to the first restorable point', seconds, 's'),
    ...steps,
    figure('new member: from the start of its process until it is a secondary', member.seconds, 's'),
    figure('Headwater / new member, time', seconds / member.seconds, '×', { atMost: 2.5 }),
    ...memory,
  ];
}

interface FirstPoint {
  readonly headwater: Headwater;
  readonly seconds: number;
  /** When other steps were over. */
  readonly steps: readonly Figure[];
}

/** Resolves when there is a restore window. */
async function firstRestorable({ binary }: Bench, set: ReplicaSet): Promise<FirstPoint> {
  const begun = performance.now();
  const since = (): number => (performance.now() - begun) / 1000;
  const headwater = await Headwater.start({ uri: set.uri, binary, environment: fullCaches });
  const ready = since();
  const reached = async (describe: string, ...states: HeadState['state'][]): Promise<number> => {
    await headwater.bus.headUntil(describe, ({ state }) => states.includes(state));
    return since();
  };
  try {
    const restorable = async (): Promise<boolean> =>
      (await headwater.api.windows().catch(() => [])).length > 0;
    await eventually(restorable, { deadlineMs: 240_000, pauseMs: 100, describe: 'a restore window' });
    const seconds = since();
    const seeded = await reached('the head to be sealed', 'sealing', 'idle');
    await headwater.snapshotsSealed(1);
    return {
      ...{ headwater, seconds },
      steps: [
        figure('  until its services were ready', ready, 's'),
        figure('Headwater: until the head was seeded', seeded, 's'),
        figure('Headwater: until the first block snapshot was sealed', since(), 's'),
      ],
    };
  } catch (error) {
    await headwater.stop().catch(() => undefined);
    throw error;
  }
}

/** What is restored is the source. */
async function verify({ binary }: Bench, set: ReplicaSet, headwater: Headwater): Promise<void> {
  const source = set.connect();
  const mark = await markOplog(source);
  await headwater.bus.archived(mark);
  const target = { kind: 'timestamp', ...mark } as const;
  const path = headwater.target('compared');
  await eventually(
    async () => {
      const [window] = await headwater.api.windows();
      return window !== undefined && compareTimestamps(window.to, mark) >= 0;
    },
    { deadlineMs: 60_000, describe: 'the mark to be restorable' },
  );
  await headwater.api.restored({ deploymentId: 'rs0', target, delivery: { kind: 'directory', path } });
  const found = await withRestored(path, binary, (client) => takeImage(client));
  expectNone(
    compareImages(await takeImage(source), found, { copyWindow: true }),
    'the restored data differs',
  );
}

/** Without the mongods, whatever the size of the data. */
async function memoryOf({ agent, ingest, snapshotBuilder }: Headwater): Promise<readonly Figure[]> {
  return [
    figure('most memory of the agent', await peakMemoryOf(agent.pid), 'bytes', { atMost: 200 * mebibyte }),
    figure('most memory of ingest', await peakMemoryOf(ingest.pid), 'bytes', { atMost: 300 * mebibyte }),
    figure('most memory of the snapshot-builder', await peakMemoryOf(snapshotBuilder.pid), 'bytes'),
  ];
}
