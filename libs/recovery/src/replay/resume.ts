import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Position } from '@headwater/oplog';
import type { ReplicaSetRepository } from '@headwater/repository';
import { readState, type DirectoryState } from '../directory/directory-state.js';
import type { MongodSessions } from '../mongods/mongod-sessions.js';
import type { LongOperation } from '../progress.js';
import { recover, runCycle } from './cycle.js';

export interface ResumeRequest extends LongOperation {
  readonly archive: ReplicaSetRepository;
  readonly directory: string;
}

export type Resumed =
  /** Clean and consistent at `position`. */
  | { readonly kind: 'ready'; readonly chain: string; readonly position: Position; readonly series: string }
  /** It was killed while its files were made: they are of no use. */
  | { readonly kind: 'rebuild'; readonly phase: 'seeding' | 'materializing' }
  /** Headwater never made it. */
  | { readonly kind: 'absent' };

/** Finishes what a killed process was doing to a directory. Safe to call on any directory, any number of times. */
export async function resume(sessions: MongodSessions, request: ResumeRequest): Promise<Resumed> {
  const state = await readState(request.directory);
  switch (state?.phase) {
    case undefined:
      return { kind: 'absent' };
    case 'seeding':
    case 'materializing':
      return { kind: 'rebuild', phase: state.phase };
    case 'idle':
      return ready(state, await cleaned(sessions, request, state));
    case 'appending': {
      const { chain, series, position: from, to } = state;
      return ready(state, (await runCycle(sessions, { ...request, chain, series, from, to })).restoredTo);
    }
    case 'recovering': {
      const { chain, series, target } = state;
      await recover(sessions, { ...request, chain, series }, { target, entries: null });
      return ready(state, target);
    }
  }
}

function ready({ chain, series }: DirectoryState, position: Position): Resumed {
  return { kind: 'ready', chain, position, series };
}

/** A mongod that only looked at the files may have been killed; then they are not final. */
async function cleaned(
  sessions: MongodSessions,
  { directory, signal }: ResumeRequest,
  { series, position }: Extract<DirectoryState, { phase: 'idle' }>,
): Promise<Position> {
  const lock = await readFile(join(directory, 'mongod.lock'), 'utf8').catch(() => '');
  if (lock !== '')
    await sessions.run({ directory, series, mode: 'inspect', signal }, () => Promise.resolve());
  return position;
}
