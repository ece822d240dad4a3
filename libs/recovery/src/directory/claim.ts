import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { endPredecessor } from '@headwater/mongod';
import { recoveryErrors } from '../recovery-errors.js';
import { readState, writeState, type DirectoryState } from './directory-state.js';

/**
 * Takes a directory for files that are to be made, and empties it. Only what Headwater made itself is ever deleted: a
 * directory without a state file must be empty.
 *
 * @throws recoveryErrors.directoryNotEmpty, mongodErrors.directoryInUse
 */
export async function claimDirectory(directory: string, state: DirectoryState): Promise<void> {
  await mkdir(directory, { recursive: true });
  if ((await readdir(directory)).length > 0 && (await readState(directory)) === null) {
    throw recoveryErrors.directoryNotEmpty(
      `${directory} is not empty, and Headwater did not make what is in it.`,
    );
  }
  await endPredecessor(directory);
  await writeState(directory, state);
  for (const name of await readdir(directory))
    await rm(join(directory, name), { recursive: true, force: true });
}
