import { readFile } from 'node:fs/promises';
import { systemClock } from '@headwater/clock';
import { logFileOf } from '@headwater/mongod';
import { formatPosition, positionsEqual, type OplogTimestamp } from '@headwater/oplog';
import { eventually } from '../../eventually.js';
import type { EnginePromise } from '../engine-promise.js';
import type { Ground } from '../ground.js';

/** The log id of "Replaying stored operations from startPoint (exclusive) to endPoint (inclusive)". */
const replayBegins = '"id":21550';
const shownBy = 'libs/recovery/src/recovery-faults.int.spec.ts';
const momentsMillis = [0, 100, 300] as const;

/** Enough for a recovery to take a while. */
async function manyEntries({ client }: Ground, name: string): Promise<void> {
  const items = client.db('interrupted').collection<{ _id: number; k: number }>(name);
  await items.createIndex({ k: 1 });
  for (let at = 0; at < 20_000; at += 1000) {
    await items.insertMany(Array.from({ length: 1000 }, (_, n) => ({ _id: at + n, k: n % 7 })));
  }
  await items.updateMany({ k: 3 }, { $inc: { k: 10 } });
}

/** What a broken replay of a copy of the head comes to when it is resumed. */
async function resumed(
  ground: Ground,
  to: OplogTimestamp,
  broken: (directory: string) => Promise<void>,
): Promise<string[]> {
  const { capture } = await ground.standing();
  const directory = await ground.copyOfHead('broken');
  await broken(directory);
  const result = await ground.engine.resume({ archive: capture.archive, directory });
  if (result.kind !== 'ready') return [`what was left is ${result.kind} and cannot be gone on with`];
  // A directory that another one is compared with stands at the same entry.
  const { position } = await ground.standing();
  if (positionsEqual(result.position, position))
    return [`it stands at ${formatPosition(position)} as before`];
  if (result.position.ts.t !== to.t || result.position.ts.i !== to.i)
    return ['it stands before the last entry'];
  return ground.differencesOf(directory);
}

/** mongod is killed with -9 when `stop` is aborted. */
async function replayUntil(
  ground: Ground,
  { directory, to }: { directory: string; to: OplogTimestamp },
  reached: (stop: AbortController) => { onProgress?: (entries: number) => void; wait?: Promise<unknown> },
): Promise<void> {
  const stop = new AbortController();
  const { onProgress, wait } = reached(stop);
  const running = ground.replay(directory, to, {
    signal: stop.signal,
    onProgress: ({ entriesDone }) => onProgress?.(entriesDone),
  });
  // It may well be over before the moment comes.
  await Promise.allSettled([running, wait]);
}

const recovering: EnginePromise = {
  name: `kill -9 of mongod ${momentsMillis.join(', ')} ms into its recovery, and once more from there`,
  shownBy,
  test: async (ground) => {
    await ground.standing();
    await manyEntries(ground, 'recovered');
    const to = await ground.archived();
    const found: string[] = [];
    for (const millis of momentsMillis) {
      const differences = await resumed(ground, to, (directory) =>
        replayUntil(ground, { directory, to }, (stop) => ({
          wait: killAfter(directory, millis, stop),
        })),
      );
      found.push(...differences.map((line) => `after ${millis} ms: ${line}`));
    }
    return found;
  },
};

async function killAfter(directory: string, millis: number, stop: AbortController): Promise<void> {
  const begun = async (): Promise<boolean> =>
    (await readFile(logFileOf(directory), 'utf8').catch(() => '')).includes(replayBegins);
  await eventually(begun, { deadlineMs: 120_000, pauseMs: 5 });
  await systemClock.sleep(millis);
  stop.abort(new Error('killed'));
}

const appending: EnginePromise = {
  name: 'an append that is broken off, and done again from its start',
  shownBy,
  test: async (ground) => {
    await ground.standing();
    await manyEntries(ground, 'appended');
    const to = await ground.archived();
    return resumed(ground, to, (directory) =>
      replayUntil(ground, { directory, to }, (stop) => ({
        onProgress: (entries) => {
          if (entries > 5000) stop.abort(new Error('killed'));
        },
      })),
    );
  },
};

export const interruptionPromises: readonly EnginePromise[] = [recovering, appending];
