import { compareTimestamps, type OplogTimestamp } from '@headwater/oplog';
import { newestSnapshot, type ProtectionView } from './view.js';

/** So that a restore has something to replay on top of the snapshot. */
const leastSecondsAfterSnapshot = 5;

/**
 * The second to restore to: whole, in the past, archived to its end, and with archived writes between the newest
 * snapshot and it. Null until there is one. Pure.
 *
 * @param notBefore it must lie some seconds behind this one as well; null where that does not matter
 */
export function restorableSecond(view: ProtectionView, notBefore: OplogTimestamp | null): number | null {
  const snapshot = newestSnapshot(view);
  const archivedTo = view.archivedEnds.at(-1);
  if (snapshot === null || archivedTo === undefined) return null;
  const second = archivedTo.t - 1;
  const earliest = Math.max(snapshot.ts.t, notBefore?.t ?? 0) + leastSecondsAfterSnapshot;
  const hasEntries = view.archivedEnds.some(
    (end) => compareTimestamps(end, snapshot.ts) > 0 && end.t <= second,
  );
  return second >= earliest && hasEntries ? second : null;
}
