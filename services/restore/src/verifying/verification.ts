import type { RestoreVerification } from '@headwater/contracts';
import { formatPosition, positionsEqual } from '@headwater/oplog';
import type { Position } from '@headwater/oplog';
import { restoreErrors } from '../restore-errors.js';

/** What a mongod that opened the files saw. */
export interface Inspection {
  readonly top: Position | null;
  readonly begin: Position | null;
  readonly collections: readonly { readonly ns: string; readonly documents: number }[];
  readonly mongodVersion: string;
}

/** What was checked while the files of the snapshot were written. */
export interface MaterializedFiles {
  readonly files: number;
  readonly bytes: number;
}

/**
 * Both ends of the restored oplog must say what was restored. Pure.
 *
 * @throws restoreErrors.verificationFailed
 */
export function verify(
  restoredTo: Position,
  seen: Inspection,
  { files, bytes }: MaterializedFiles,
): RestoreVerification {
  const top = same('the newest oplog entry', seen.top, restoredTo);
  const begin = same('minvalid.begin', seen.begin, restoredTo);
  return {
    method: 'open',
    filesVerified: files,
    bytesVerified: bytes,
    oplogTop: top.ts,
    minvalidBegin: begin.ts,
    mongodVersion: seen.mongodVersion,
    collections: [...seen.collections],
  };
}

function same(what: string, found: Position | null, wanted: Position): Position {
  if (found === null || !positionsEqual(found, wanted)) {
    throw restoreErrors.verificationFailed(
      `${what} is ${found === null ? 'missing' : formatPosition(found)}, and ${formatPosition(wanted)} was restored`,
    );
  }
  return found;
}
