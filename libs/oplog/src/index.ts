// oplog: what an oplog entry is, where it stands, and how entries travel. Pure: no clock, no I/O.
//
// - OplogTimestamp {t, i}: never a Date. `timestampKey` is its fixed-width form for object keys, `formatTimestamp`
//   the one for people.
// - Position: timestamp and term, so that a history replaced by a rollback is told from the first one.
// - TsRange, PositionRange: (from, to], everywhere.
// - chain id: <beginFetching>-<epoch>, sorts in time.
// - RawEntry: the bytes of one entry as the server wrote them, with its position. `readPosition`, `splitDocuments`
//   and `scanEntries` read raw BSON without decoding it.
// - batch: consecutive entries as one run of bytes; its BatchHeader says which, and `openBatch` proves it.
// - index DDL: what the first replay after a copy must not see (`isIndexDdl`, `quietEntry`).
// - `changesFcv`: the entry that forbids to go on with a copy.
export {
  compareTimestamps,
  endOfSecond,
  formatTimestamp,
  maxTimestamp,
  minTimestamp,
  parseTimestamp,
  parseTimestampKey,
  previousTimestamp,
  timestampKey,
  timestampsEqual,
} from './timestamp.js';
export type { OplogTimestamp } from './timestamp.js';
export { formatPosition, positionsEqual } from './position.js';
export type { Position } from './position.js';
export type { PositionRange, TsRange } from './range.js';
export { chainId, parseChainId } from './chain.js';
export type { ChainOrigin } from './chain.js';
export { readPosition, scanEntries, splitDocuments } from './entry-scan.js';
export type { RawEntry } from './entry-scan.js';
export { frameBatch, openBatch } from './batch.js';
export type { BatchHeader, OpenedBatch } from './batch.js';
export { isIndexDdl, quietEntry } from './index-ddl.js';
export { changesFcv } from './compatibility-version.js';
export { oplogErrors } from './oplog-errors.js';
