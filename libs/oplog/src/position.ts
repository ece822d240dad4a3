import { formatTimestamp, timestampsEqual, type OplogTimestamp } from './timestamp.js';

/** One place in one history: after a rollback the same timestamp may come again, but under another term. */
export interface Position {
  readonly ts: OplogTimestamp;
  /** The election term, ≥ 0; -1 where the entry carries none. */
  readonly term: number;
}

export function positionsEqual(a: Position, b: Position): boolean {
  return a.term === b.term && timestampsEqual(a.ts, b.ts);
}

/** For people: `1764000000:3 (term 5)`. */
export function formatPosition(position: Position): string {
  return `${formatTimestamp(position.ts)} (term ${String(position.term)})`;
}
