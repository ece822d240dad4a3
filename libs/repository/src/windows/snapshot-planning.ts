import { formatTimestamp } from '@headwater/oplog';
import { coverOf, type Cover } from '../oplog/cover.js';
import { isBelow } from '../oplog/timestamp-order.js';
import type { BlockSummary, LogSummary } from '../snapshots/snapshot-catalogue.js';
import { basesOf, type BaseInventory, type RestoreBase } from './restore-base.js';
import type { RestorePlan, RestoreRefusal } from './restore-plan.js';
import { refuse } from './restore-refusal.js';
import { isBehindEnd } from './restore-window.js';

/** How to restore a snapshot: its own data files, or those of a base and the oplog up to its position. */
export function planSnapshot(
  id: string,
  chain: string | undefined,
  inventory: BaseInventory,
): RestorePlan | RestoreRefusal {
  const { chains, snapshots } = inventory;
  const wanted = snapshots.find((one) => one.id === id && (chain === undefined || one.chain === chain));
  if (wanted === undefined) {
    return refuse('unknown-snapshot', `There is no snapshot ${id} that can be read.`);
  }
  const listing = chains.find((one) => one.chain === wanted.chain);
  if (listing !== undefined && isBehindEnd(listing, wanted.position.ts)) {
    return refuse('unknown-snapshot', `Snapshot ${id} lies above the end of its chain.`);
  }
  if (wanted.kind === 'block') {
    return planOf(wanted, wanted, { kind: 'covered', slices: [] });
  }
  return planLog(wanted, basesOf(inventory, wanted.chain), (base) =>
    coverOf(listing?.slices ?? [], base.position.ts, wanted.position.ts),
  );
}

/** From the base that it names; where that is gone, from any other one that the oplog leads on from. */
function planLog(
  wanted: LogSummary,
  bases: readonly RestoreBase[],
  coverFrom: (base: RestoreBase) => Cover,
): RestorePlan | RestoreRefusal {
  const { id, base } = wanted;
  const below = bases.filter(({ position }) => !isBelow(wanted.position.ts, position.ts));
  const named = below.filter((one) => one.id === base.snapshotId);
  const candidates = [...named, ...below.filter((one) => !named.includes(one)).reverse()];
  let firstLack: Cover | null = null;
  for (const one of candidates) {
    const cover = coverFrom(one);
    if (cover.kind === 'covered') {
      return planOf(wanted, one, cover);
    }
    firstLack ??= cover;
  }
  return firstLack === null
    ? refuse('missing-base', `Snapshot ${id} needs block snapshot ${base.snapshotId}, which cannot be read.`)
    : refuse('missing-slices', `Snapshot ${id} needs ${lackOf(firstLack)}.`);
}

function planOf(wanted: BlockSummary | LogSummary, base: RestoreBase, cover: Cover): RestorePlan {
  const { chain, position } = wanted;
  const slices = cover.kind === 'covered' ? cover.slices : [];
  return { kind: 'plan', chain, base, from: base.position, target: position.ts, top: position, slices };
}

function lackOf(cover: Cover): string {
  switch (cover.kind) {
    case 'covered':
      return 'nothing';
    case 'missing': {
      const { from, to } = cover.range;
      return `the oplog of (${formatTimestamp(from)}, ${formatTimestamp(to)}], which is missing from the store`;
    }
    case 'forked':
      return `one of ${cover.slices.map(({ key }) => key).join(' and ')}, which contradict each other`;
  }
}
