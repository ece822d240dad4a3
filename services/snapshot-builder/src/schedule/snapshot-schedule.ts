import { endOfSecond } from '@headwater/oplog';
import type { OplogTimestamp } from '@headwater/oplog';

export interface ScheduleRules {
  /** From one snapshot to the next, of whatever kind. */
  readonly intervalSeconds: number;
  /** From one block snapshot to the next, at most. */
  readonly blockIntervalSeconds: number;
  /** How long replaying from the newest block snapshot may take, as estimated, before another one is made. */
  readonly maxReplaySeconds: number;
}

/**
 * The moment of the snapshot that is due, in the time of the source's oplog: a whole number of intervals after the newest one, as
 * late as possible. Of intervals in which nobody sealed the last one counts. Null while none is due: every entry up to the end of
 * that second must be archived, which only a later entry proves. Pure.
 *
 * @param newest that of the newest snapshot
 * @param archivedTo the largest archived entry
 */
export function dueMoment(
  newest: OplogTimestamp,
  archivedTo: OplogTimestamp,
  { intervalSeconds }: ScheduleRules,
): OplogTimestamp | null {
  const intervals = Math.floor((archivedTo.t - 1 - newest.t) / intervalSeconds);
  return intervals < 1 ? null : endOfSecond(newest.t + intervals * intervalSeconds);
}

/** What decides about the kind of a snapshot that is due. */
export interface SinceBlock {
  /** The newest block snapshot. */
  readonly block: OplogTimestamp;
  readonly due: OplogTimestamp;
  /** Oplog entries from the one to the other. */
  readonly entries: number;
  readonly entriesPerSecond: number;
}

/** Log snapshots cost nothing to store, and a replay to restore: that has to stay bounded. Pure. */
export function kindOfDue(
  { block, due, entries, entriesPerSecond }: SinceBlock,
  { blockIntervalSeconds, maxReplaySeconds }: ScheduleRules,
): 'block' | 'log' {
  const isOld = due.t - block.t >= blockIntervalSeconds;
  return isOld || entries / entriesPerSecond > maxReplaySeconds ? 'block' : 'log';
}
