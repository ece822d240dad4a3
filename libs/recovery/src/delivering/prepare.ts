import { open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { endPredecessor } from '@headwater/mongod';
import { readState, removeState } from '../directory/directory-state.js';
import { syncDirectory } from '../directory/durable-files.js';
import { recoveryErrors } from '../recovery-errors.js';
import { removeLeftovers, removeLogs } from './leftovers.js';

export interface PrepareRequest {
  readonly directory: string;
  /** What will open the files: a plain `mongod --dbpath`. */
  readonly target: 'standalone';
}

/**
 * Hands a finished directory over: removes what is not data, makes the rest durable, and forgets the directory, so
 * that Headwater never touches it again.
 *
 * @throws recoveryErrors.directoryUnknown, directoryUnfinished; mongodErrors.directoryInUse
 */
export async function prepare({ directory }: PrepareRequest): Promise<void> {
  const state = await readState(directory);
  if (state === null) throw recoveryErrors.directoryUnknown(`Headwater did not make ${directory}.`);
  await endPredecessor(directory);
  const lock = await readFile(join(directory, 'mongod.lock'), 'utf8').catch(() => '');
  if (state.phase !== 'idle' || lock !== '') {
    throw recoveryErrors.directoryUnfinished(`${directory} was left in the middle of ${state.phase}.`);
  }
  await removeLeftovers(directory);
  await syncTree(directory);
  await removeLogs(directory);
  await removeState(directory);
}

async function syncTree(directory: string): Promise<void> {
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) await syncTree(path);
    else if (entry.isFile()) await syncFile(path);
  }
  await syncDirectory(directory);
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
