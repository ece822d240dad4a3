import { formatTimestamp, maxTimestamp, minTimestamp, timestampsEqual } from '@headwater/oplog';
import type { OplogTimestamp } from '@headwater/oplog';
import { isBelow } from '../oplog/timestamp-order.js';
import type { RefusalReason, RestoreRefusal } from './restore-plan.js';
import type { RestoreWindow } from './restore-window.js';

export function refuse(reason: RefusalReason, message: string): RestoreRefusal {
  return { kind: 'refusal', reason, message, nearestBefore: null, nearestAfter: null };
}

/** For a target outside of all windows, of which there is at least one. */
export function refuseTarget(target: OplogTimestamp, windows: readonly RestoreWindow[]): RestoreRefusal {
  return becauseOf(outsideOf(target, windows), target, windows);
}

function outsideOf(target: OplogTimestamp, windows: readonly RestoreWindow[]): RestoreRefusal {
  const before = windows.map(({ to }) => to).filter((to) => isBelow(to, target));
  const after = windows.map(({ from }) => from).filter((from) => isBelow(target, from));
  const nearestBefore = before.length === 0 ? null : before.reduce(maxTimestamp);
  const nearestAfter = after.length === 0 ? null : after.reduce(minTimestamp);
  const wanted = formatTimestamp(target);
  if (nearestBefore === null) {
    const message = `${wanted} lies before everything that can be restored${from(nearestAfter)}.`;
    return { ...refuse('before-windows', message), nearestBefore, nearestAfter };
  }
  if (nearestAfter === null) {
    const message = `${wanted} is not archived; the archive ends at ${formatTimestamp(nearestBefore)}.`;
    return { ...refuse('after-windows', message), nearestBefore, nearestAfter };
  }
  const message = `Nothing can be restored between ${formatTimestamp(nearestBefore)} and ${formatTimestamp(nearestAfter)}.`;
  return { ...refuse('between-windows', message), nearestBefore, nearestAfter };
}

/** Says of a refused target which end of a chain it lies behind. */
function becauseOf(
  refusal: RestoreRefusal,
  target: OplogTimestamp,
  windows: readonly RestoreWindow[],
): RestoreRefusal {
  const ends = windows.flatMap(({ endedBy }) => (endedBy === null ? [] : [endedBy]));
  const gap = ends.find((end) => end.kind === 'gap' && isBelow(end.at, target) && !isBelow(end.to, target));
  if (gap?.kind === 'gap') {
    const range = `(${formatTimestamp(gap.at)}, ${formatTimestamp(gap.to)}]`;
    const message = `${formatTimestamp(target)} lies in a gap: the oplog of ${range} exists nowhere any more.`;
    return { ...refusal, reason: 'in-gap', message };
  }
  const { nearestBefore } = refusal;
  const fork = ends.find(
    ({ kind, at }) => kind === 'fork' && nearestBefore !== null && timestampsEqual(at, nearestBefore),
  );
  if (fork !== undefined) {
    const message = `The history that ends at ${formatTimestamp(fork.at)} was replaced by a rollback, and no other one has ${formatTimestamp(target)}.`;
    return { ...refusal, reason: 'after-fork', message };
  }
  return refusal;
}

function from(nearestAfter: OplogTimestamp | null): string {
  return nearestAfter === null ? '' : `, which begins at ${formatTimestamp(nearestAfter)}`;
}
