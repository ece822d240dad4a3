import type { HeadwaterError } from '@headwater/errors';
import { launcherErrors } from '../launcher-errors.js';
import type { ProtectionView, Trouble } from './view.js';

/** What is tried again by itself may fail so many times. */
const patience = 3;

/**
 * The reason to give up; null while there is none. Pure.
 *
 * @param patient whatever is tried again is tried for ever
 */
export function fatalTrouble({ troubles }: ProtectionView, patient: boolean): HeadwaterError | null {
  const refused = troubles.find(({ kind }) => kind === 'refused');
  if (refused !== undefined) return launcherErrors.captureRefused(refused.reason);
  if (patient) return null;
  return (
    tooMany(troubles, 'sync-abandoned', 'the initial sync was begun again and again') ??
    tooMany(troubles, 'snapshot-failed', 'no snapshot could be made')
  );
}

/** For people: something went wrong and is tried again. */
export function troubleText({ kind, reason }: Omit<Trouble, 'number'>): string {
  switch (kind) {
    case 'rewind':
      return `some oplog was missing and is being sent again: ${reason}`;
    case 'hold':
      return `the oplog cannot be archived and waits: ${reason}`;
    case 'sync-abandoned':
      return `the initial sync is begun again: ${reason}`;
    case 'refused':
      return `the replica set was refused: ${reason}`;
    case 'snapshot-failed':
      return `a snapshot failed and is tried again: ${reason}`;
    case 'gap':
      return `GAP: ${reason}. No second of it can be restored; a new chain begins after it`;
    case 'fork':
      return `FORK: ${reason}. A new chain begins with a new initial sync`;
  }
}

function tooMany(troubles: readonly Trouble[], kind: Trouble['kind'], what: string): HeadwaterError | null {
  const all = troubles.filter((trouble) => trouble.kind === kind);
  return all.length < patience
    ? null
    : launcherErrors.captureFailing(`${what} (${all.length} times): ${all.at(-1)?.reason ?? ''}`);
}
