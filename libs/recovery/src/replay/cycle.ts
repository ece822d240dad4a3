import {
  appendEntries,
  applyByHand,
  isTooLarge,
  oldestOpenTransaction,
  trimOplog,
  type Mongod,
} from '@headwater/mongod';
import { minTimestamp, type Position } from '@headwater/oplog';
import { writeState } from '../directory/directory-state.js';
import { writeIdle } from '../directory/fingerprint.js';
import type { MongodSessions } from '../mongods/mongod-sessions.js';
import { progressOf, type LongOperation } from '../progress.js';
import { EntrySource, type EntryRange } from './entry-source.js';
import { checkStanding } from './standing.js';

export interface CycleRequest extends EntryRange, LongOperation {
  /** Consistent at `from`, or in the middle of this very cycle. */
  readonly directory: string;
  readonly series: string;
}

export interface CycleOutcome {
  /** The largest entry in the range; `from` when there is none. */
  readonly restoredTo: Position;
  readonly entries: number;
}

type Target = Pick<CycleRequest, 'directory' | 'series' | 'chain' | 'signal' | 'onProgress'>;

/**
 * One recovery cycle: a directory consistent at `from` becomes one consistent at the largest entry ≤ `to`. Each step
 * may be done again after a crash in the middle of it (mongodb-facts 2). There are more cycles than one where an entry
 * is too large for the binary's oplog: everything before it is applied first, then that one by hand.
 */
export async function runCycle(sessions: MongodSessions, request: CycleRequest): Promise<CycleOutcome> {
  const source = await EntrySource.open(request, request.signal);
  let outcome: CycleOutcome = { restoredTo: request.from, entries: 0 };
  while (!source.ended) {
    const piece = await append(sessions, { ...request, from: outcome.restoredTo }, source);
    await recover(sessions, request, { target: piece.restoredTo, entries: piece.entries });
    outcome = { restoredTo: piece.restoredTo, entries: outcome.entries + piece.entries };
  }
  return outcome;
}

/** Brings entries of the range into the oplog. They are not applied yet. */
async function append(
  sessions: MongodSessions,
  request: CycleRequest,
  source: EntrySource,
): Promise<CycleOutcome> {
  const { directory, series, chain, from, to, signal, onProgress } = request;
  await writeState(directory, { format: 1, phase: 'appending', chain, series, position: from, to });
  return sessions.run({ directory, series, mode: 'append', signal }, async (mongod) => {
    await checkStanding(mongod, { begin: from }, 'before the entries are inserted');
    // First of all: behind an insert a trim would wait for ever.
    await trimOplog(mongod, minTimestamp(from.ts, (await oldestOpenTransaction(mongod)) ?? from.ts));
    const { entries } = await appendEntries(mongod, insertable(mongod, source), (done) => {
      onProgress?.(progressOf('appending', { bytesDone: done.bytes, entriesDone: done.entries }));
    });
    const restoredTo = source.last ?? from;
    await checkStanding(mongod, { begin: from, top: restoredTo }, 'after the entries were inserted');
    return { restoredTo, entries };
  });
}

/** Up to the next entry that is too large to be inserted; one that comes first is applied, and a no-op takes its place. */
async function* insertable(mongod: Mongod, source: EntrySource): AsyncGenerator<Buffer[]> {
  const tooLarge = (entry: Buffer): boolean => isTooLarge(mongod, entry);
  const large = await source.takeStopper(tooLarge);
  if (large !== null) yield [await applyByHand(mongod, large)];
  yield* source.batches(tooLarge);
}

/** Applies what is in the oplog up to its top, which is `target`. */
export async function recover(
  sessions: MongodSessions,
  { directory, series, chain, signal, onProgress }: Target,
  { target, entries }: { target: Position; entries: number | null },
): Promise<void> {
  const state = { format: 1, chain, series } as const;
  await writeState(directory, { ...state, phase: 'recovering', target });
  onProgress?.(progressOf('recovering', { entriesTotal: entries }));
  await sessions.run({ directory, series, mode: 'recover', signal }, (mongod) =>
    checkStanding(mongod, { begin: target, top: target }, 'after the recovery'),
  );
  await writeIdle(directory, { ...state, position: target });
}
