import { endPredecessor } from '@headwater/mongod';
import type { Position } from '@headwater/oplog';
import type { ReplicaSetRepository } from '@headwater/repository';
import { readState, type DirectoryState } from '../directory/directory-state.js';
import { isUntouched, writeIdle } from '../directory/fingerprint.js';
import type { MongodSessions } from '../mongods/mongod-sessions.js';
import type { LongOperation } from '../progress.js';
import { recover, runCycle } from './cycle.js';
import { checkStanding } from './standing.js';

export interface ResumeRequest extends LongOperation {
  readonly archive: ReplicaSetRepository;
  readonly directory: string;
}

export type Resumed =
  /** Clean and consistent at `position`. */
  | { readonly kind: 'ready'; readonly chain: string; readonly position: Position; readonly series: string }
  /** It was killed while its files were made, or something else has opened them since: they are of no use. */
  | { readonly kind: 'rebuild'; readonly phase: 'seeding' | 'materializing' | 'touched' }
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
      return idle(sessions, request, state);
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

/** Where Headwater only looked at the files and was killed, they are closed and checked; nobody else may have opened them. */
async function idle(
  sessions: MongodSessions,
  { directory, signal }: ResumeRequest,
  state: Extract<DirectoryState, { phase: 'idle' }>,
): Promise<Resumed> {
  const { chain, series, position } = state;
  if (state.fingerprint === null) {
    await sessions.run({ directory, series, mode: 'inspect', signal }, (mongod) =>
      checkStanding(mongod, { begin: position, top: position }, 'after an interrupted look'),
    );
    await writeIdle(directory, { format: 1, chain, series, position });
    return ready(state, position);
  }
  await endPredecessor(directory);
  return (await isUntouched(directory, state))
    ? ready(state, position)
    : { kind: 'rebuild', phase: 'touched' };
}
