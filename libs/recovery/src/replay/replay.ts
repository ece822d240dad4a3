import { formatPosition, positionsEqual } from '@headwater/oplog';
import { readState } from '../directory/directory-state.js';
import { checkUntouched } from '../directory/fingerprint.js';
import type { MongodSessions } from '../mongods/mongod-sessions.js';
import { recoveryErrors } from '../recovery-errors.js';
import { runCycle, type CycleOutcome, type CycleRequest } from './cycle.js';

/**
 * Replays (from, to] on a directory that stands at `from` of the same chain.
 *
 * @throws recoveryErrors.directoryUnknown, directoryUnfinished, otherPosition, wrongSeries, fcvUnsupported,
 * replayMissed; repositoryErrors of the range; mongodErrors.
 */
export async function replay(sessions: MongodSessions, request: CycleRequest): Promise<CycleOutcome> {
  await checkDirectory(request);
  await sessions.binaryOf(request.series);
  return runCycle(sessions, request);
}

async function checkDirectory({ directory, chain, from, series }: CycleRequest): Promise<void> {
  const state = await readState(directory);
  if (state === null) throw recoveryErrors.directoryUnknown(`Headwater did not make ${directory}.`);
  if (state.phase !== 'idle') {
    throw recoveryErrors.directoryUnfinished(`${directory} was left in the middle of ${state.phase}.`);
  }
  await checkUntouched(directory);
  if (state.series !== series) {
    throw recoveryErrors.wrongSeries(`${directory} holds data of MongoDB ${state.series}, not ${series}.`);
  }
  if (state.chain !== chain || !positionsEqual(state.position, from)) {
    const [stands, asked] = [formatPosition(state.position), formatPosition(from)];
    throw recoveryErrors.otherPosition(
      `${directory} stands at ${stands} of chain ${state.chain}; asked for was ${asked} of chain ${chain}.`,
    );
  }
}
