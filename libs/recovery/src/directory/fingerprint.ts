import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { recoveryErrors } from '../recovery-errors.js';
import { readState, writeState, type DirectoryState } from './directory-state.js';

type Idle = Extract<DirectoryState, { phase: 'idle' }>;

/**
 * Tells files that nobody has opened from those that somebody has: every mongod that opens and closes a directory
 * writes WiredTiger.turtle anew, and holds its pid in mongod.lock while it has it open.
 *
 * @returns null while a mongod has the files, or when it did not stop cleanly
 */
async function fingerprintOf(directory: string): Promise<string | null> {
  const lock = await readFile(join(directory, 'mongod.lock'), 'utf8').catch(() => '');
  const turtle = await readFile(join(directory, 'WiredTiger.turtle')).catch(() => null);
  return lock !== '' || turtle === null ? null : createHash('sha256').update(turtle).digest('hex');
}

/** The files are final, and from now on known. */
export async function writeIdle(
  directory: string,
  state: Omit<Idle, 'phase' | 'fingerprint'>,
): Promise<void> {
  await writeState(directory, { ...state, phase: 'idle', fingerprint: await fingerprintOf(directory) });
}

/** True when the files are what they were when the state was written. */
export async function isUntouched(directory: string, { fingerprint }: Idle): Promise<boolean> {
  return fingerprint !== null && fingerprint === (await fingerprintOf(directory));
}

/**
 * Whoever reads the files for a snapshot asks before and after: they must stand still, and be ours.
 *
 * @throws recoveryErrors.directoryUnknown, directoryUnfinished, directoryTouched
 */
export async function checkUntouched(directory: string): Promise<void> {
  const state = await readState(directory);
  if (state === null) throw recoveryErrors.directoryUnknown(`Headwater did not make ${directory}.`);
  if (state.phase !== 'idle') {
    throw recoveryErrors.directoryUnfinished(`${directory} was left in the middle of ${state.phase}.`);
  }
  if (!(await isUntouched(directory, state))) {
    throw recoveryErrors.directoryTouched(`Something else than Headwater opened the files in ${directory}.`);
  }
}
