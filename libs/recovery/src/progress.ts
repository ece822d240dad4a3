/** What is being done to a data directory. */
export type RecoveryPhase = 'seeding' | 'materializing' | 'appending' | 'recovering' | 'indexing';

export interface RecoveryProgress {
  readonly phase: RecoveryPhase;
  /** Of data files, documents or oplog entries, whatever the phase moves. */
  readonly bytesDone: number;
  /** Null when it is not known. */
  readonly bytesTotal: number | null;
  /** Oplog entries. */
  readonly entriesDone: number;
  /** Null when it is not known. */
  readonly entriesTotal: number | null;
}

export type OnProgress = (progress: RecoveryProgress) => void;

/** A progress report of which only some numbers are known. */
export function progressOf(phase: RecoveryPhase, known: Partial<RecoveryProgress> = {}): RecoveryProgress {
  return { bytesDone: 0, bytesTotal: null, entriesDone: 0, entriesTotal: null, ...known, phase };
}

/** What every long operation takes. */
export interface LongOperation {
  readonly onProgress?: OnProgress;
  /** Ends the operation; mongods of ours are killed. The directory can be resumed or says that it must be rebuilt. */
  readonly signal?: AbortSignal;
}
