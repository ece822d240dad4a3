import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { logFileOf } from '@headwater/mongod';

/** What a mongod leaves that is no data: locks, statistics, scratch files. */
const leftovers = ['mongod.lock', 'WiredTiger.lock', 'diagnostic.data', '_tmp'];

/** Of a cleanly stopped mongod, in its directory. */
export async function removeLeftovers(directory: string): Promise<void> {
  for (const name of leftovers) await rm(join(directory, name), { recursive: true, force: true });
}

/** Beside the directory. */
export async function removeLogs(directory: string): Promise<void> {
  for (const log of [logFileOf(directory), `${logFileOf(directory)}.1`]) await rm(log, { force: true });
}
