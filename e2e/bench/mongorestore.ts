import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startRestored } from '@headwater/testing';
import type { MongodBinary } from '@headwater/mongod';
import { timed } from './timing.js';

export interface OplogReplay {
  readonly binary: MongodBinary;
  /** Data files that the entries follow; they are changed. */
  readonly directory: string;
  readonly entries: readonly Buffer[];
  /** For the dump. */
  readonly scratch: string;
}

/** Seconds that `mongorestore --oplogReplay` takes for the entries, on a running standalone. */
export async function replayWithMongorestore(mongorestore: string, replay: OplogReplay): Promise<number> {
  const dump = join(replay.scratch, 'dump');
  await mkdir(dump);
  await writeFile(join(dump, 'oplog.bson'), Buffer.concat(replay.entries));
  const mongod = await startRestored(replay.directory, replay.binary);
  try {
    const { seconds } = await timed(() => run(mongorestore, [`--uri=${mongod.uri}`, '--oplogReplay', dump]));
    return seconds;
  } finally {
    await mongod.stop();
  }
}

async function run(command: string, args: readonly string[]): Promise<void> {
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-2000)));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${command} ended with ${String(code)}: ${said}`);
}
