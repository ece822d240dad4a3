import type { Position } from './position.js';
import type { OplogTimestamp } from './timestamp.js';

/** (from, to]: `from` itself lies outside, `to` inside. Two ranges continue each other when next.from == prev.to. */
export interface TsRange {
  readonly from: OplogTimestamp;
  readonly to: OplogTimestamp;
}

/** (from, to], with the term at each end: two histories with the same timestamps do not continue each other. */
export interface PositionRange {
  readonly from: Position;
  readonly to: Position;
}
