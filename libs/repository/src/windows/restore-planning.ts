import { endOfSecond, formatTimestamp } from '@headwater/oplog';
import type { OplogTimestamp } from '@headwater/oplog';
import { coverOf } from '../oplog/cover.js';
import { isBelow } from '../oplog/timestamp-order.js';
import { basesOf, type BaseInventory } from './restore-base.js';
import { refuse, refuseTarget } from './restore-refusal.js';
import type { RestorePlan, RestoreRefusal, RestoreRequest } from './restore-plan.js';
import { restoreWindows, type RestoreWindow } from './restore-window.js';
import { planSnapshot } from './snapshot-planning.js';

/** How to restore what is asked for, or why that cannot be and what can. Decided from the inventory alone. */
export function planRestore(request: RestoreRequest, listed: BaseInventory): RestorePlan | RestoreRefusal {
  const inventory = without(listed, request.excluding);
  const all = restoreWindows(inventory);
  const windows = all.filter(({ chain }) => request.chain === undefined || chain === request.chain);
  const newest = windows.at(-1);
  if (newest === undefined) {
    return all.length === 0
      ? refuse(
          'nothing-restorable',
          'There is nothing to restore from yet: the first initial sync is not complete.',
        )
      : refuse('unknown-chain', `Chain ${request.chain ?? ''} has nothing to restore from.`);
  }
  const { target } = request;
  switch (target.kind) {
    case 'latest':
      return planIn([newest], newest.to, inventory) ?? refuseTarget(newest.to, windows);
    case 'timestamp':
      return planIn(windows, target.ts, inventory) ?? refuseTarget(target.ts, windows);
    case 'time':
      return planSecond(target.t, windows, inventory);
    case 'snapshot':
      return planSnapshot(target.snapshotId, request.chain, inventory);
  }
}

/**
 * A window that has the end of a second goes on beyond it: no write of that second can still come. What a window that has ended
 * lacks of its last second never comes.
 */
function planSecond(
  t: number,
  windows: readonly RestoreWindow[],
  inventory: BaseInventory,
): RestorePlan | RestoreRefusal {
  const target = endOfSecond(t);
  const plan = planIn(windows, target, inventory);
  if (plan !== null) {
    return plan;
  }
  const begun = windows.findLast(({ to, endedBy }) => to.t === t && endedBy === null);
  return begun === undefined
    ? refuseTarget(target, windows)
    : {
        ...refuseTarget(target, windows),
        reason: 'second-incomplete',
        message: `Second ${t} is archived up to ${formatTimestamp(begun.to)} so far, not to its end.`,
      };
}

/** What is excluded may still be asked for by its id: a log snapshot stays, and so does what it says. */
function without(
  { chains, snapshots, syncs }: BaseInventory,
  excluding: ReadonlySet<string> = new Set(),
): BaseInventory {
  return {
    chains,
    snapshots: snapshots.filter(({ id, kind }) => kind !== 'block' || !excluding.has(id)),
    syncs: syncs.filter(({ id }) => !excluding.has(id)),
  };
}

/** In the newest window that has the target, from the newest base that is not above it. */
function planIn(
  windows: readonly RestoreWindow[],
  target: OplogTimestamp,
  inventory: BaseInventory,
): RestorePlan | null {
  const window = windows.findLast(({ from, to }) => !isBelow(target, from) && !isBelow(to, target));
  const chain = window?.chain ?? '';
  const base = basesOf(inventory, chain).findLast(({ position }) => !isBelow(target, position.ts));
  if (window === undefined || base === undefined) {
    return null;
  }
  const slices = inventory.chains.find((listing) => listing.chain === chain)?.slices ?? [];
  const cover = coverOf(slices, base.position.ts, target);
  return cover.kind === 'covered'
    ? { kind: 'plan', chain, base, from: base.position, target, top: null, slices: cover.slices }
    : null;
}
