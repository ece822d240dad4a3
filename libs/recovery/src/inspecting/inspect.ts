import { listContents, type ContentsEntry } from '@headwater/mongod';
import type { Position } from '@headwater/oplog';
import { removeLeftovers, removeLogs } from '../delivering/leftovers.js';
import { readState, writeState } from '../directory/directory-state.js';
import { writeIdle } from '../directory/fingerprint.js';
import type { MongodSessions } from '../mongods/mongod-sessions.js';
import { recoveryErrors } from '../recovery-errors.js';
import { standingOf } from '../replay/standing.js';

export interface InspectRequest {
  readonly directory: string;
  readonly series: string;
  readonly signal?: AbortSignal;
}

export interface Inspection {
  /** The last entry of the oplog. */
  readonly top: Position;
  /** What is applied: equal to `top` when the files are consistent. */
  readonly begin: Position;
  readonly collections: readonly ContentsEntry[];
}

/**
 * Opens the files, looks, and closes them cleanly. Nothing that expires is deleted while they are open. Where they are
 * none of ours any more (`prepare`), nothing is left beside them.
 *
 * @throws recoveryErrors.directoryUnknown when they hold no oplog; mongodErrors.
 */
export async function inspect(sessions: MongodSessions, request: InspectRequest): Promise<Inspection> {
  const { directory } = request;
  await sessions.binaryOf(request.series);
  const state = await readState(directory);
  if (state?.phase === 'idle') await writeState(directory, { ...state, fingerprint: null });
  const inspection = await sessions.run({ ...request, mode: 'inspect' }, async (mongod) => {
    const { top, begin } = await standingOf(mongod);
    if (top === null || begin === null) {
      throw recoveryErrors.directoryUnknown(`${directory} holds no oplog that Headwater recovered.`);
    }
    return { top, begin, collections: await listContents(mongod) };
  });
  if (state === null) {
    await removeLeftovers(directory);
    await removeLogs(directory);
  } else if (state.phase === 'idle') {
    await writeIdle(directory, state);
  }
  return inspection;
}
