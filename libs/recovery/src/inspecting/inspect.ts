import { listContents, type ContentsEntry } from '@headwater/mongod';
import type { Position } from '@headwater/oplog';
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
 * Opens the files, looks, and closes them cleanly. Nothing that expires is deleted while they are open.
 *
 * @throws recoveryErrors.directoryUnknown when they hold no oplog; mongodErrors.
 */
export async function inspect(sessions: MongodSessions, request: InspectRequest): Promise<Inspection> {
  return sessions.run({ ...request, mode: 'inspect' }, async (mongod) => {
    const { top, begin } = await standingOf(mongod);
    if (top === null || begin === null) {
      throw recoveryErrors.directoryUnknown(`${request.directory} holds no oplog that Headwater recovered.`);
    }
    return { top, begin, collections: await listContents(mongod) };
  });
}
