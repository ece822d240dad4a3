import type { RestoredCollection, RestoreVerification } from '@headwater/contracts';
import { formatPosition, positionsEqual } from '@headwater/oplog';
import type { Position } from '@headwater/oplog';
import { restoreErrors } from '../restore-errors.js';

const shownCollections = 200;

/** What a mongod that opened the files saw. */
export interface Inspection {
  readonly top: Position | null;
  readonly begin: Position | null;
  /** Ascending by ns. */
  readonly collections: readonly RestoredCollection[];
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
    ...bounded(seen.collections),
  };
}

type Collections = Pick<
  RestoreVerification,
  'collections' | 'collectionsTotal' | 'documentsTotal' | 'collectionsTruncated'
>;

/** A job's body travels on the bus and in lists: it has some collections, and says how many there are. */
function bounded(all: Inspection['collections']): Collections {
  return {
    collections: all.slice(0, shownCollections),
    collectionsTotal: all.length,
    documentsTotal: all.reduce((sum, { documents }) => sum + documents, 0),
    collectionsTruncated: all.length > shownCollections,
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
