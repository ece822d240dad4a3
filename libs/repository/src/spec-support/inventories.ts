import fc from 'fast-check';
import type {
  ChainEnd,
  RestorePlan,
  RestoreRefusal,
  RestoreTarget,
  SliceRef,
  SnapshotSummary,
  SyncSummary,
} from '../index.js';
import { planRestore } from '../index.js';
import { anyEnds, anyLayout, isWhole, numberOf, ts } from './layout.js';
import { blockSnapshot as snapshot, logSnapshot, syncOf } from './snapshot-summaries.js';

/** The highest number of a timestamp in them. */
export const end = 24;

export function inventory(
  chains: Record<string, readonly SliceRef[]>,
  snapshots: readonly SnapshotSummary[],
  ends: Record<string, readonly ChainEnd[]> = {},
  syncs: readonly SyncSummary[] = [],
) {
  return {
    chains: Object.entries(chains).map(([chain, slices]) => ({ chain, slices, ends: ends[chain] ?? [] })),
    snapshots,
    syncs,
  };
}

const anyPlace = fc.nat({ max: end });
const anyChain = fc.record({
  slices: anyLayout(end),
  blocks: fc.uniqueArray(anyPlace, { maxLength: 4 }),
  /** Their bases are there or not. */
  logs: fc.array(
    fc.tuple(anyPlace, anyPlace).filter(([base, n]) => base < n),
    { maxLength: 3 },
  ),
  /** Where the copy of its chain began and ended, if it is complete. */
  sync: fc.option(fc.tuple(fc.integer({ min: 1, max: end }), fc.nat({ max: 6 }))),
  ends: anyEnds(end),
});

export const anyInventory = fc
  .record({
    older: anyChain,
    newer: anyChain,
  })
  .map(({ older, newer }) =>
    inventory(
      { a: older.slices, b: newer.slices },
      [
        ...newer.blocks.map((n) => snapshot(n, 'b')),
        ...older.blocks.map((n) => snapshot(n, 'a')),
        ...newer.logs.map(([base, n]) => logSnapshot(base, n, 'b')),
        ...older.logs.map(([base, n]) => logSnapshot(base, n, 'a')),
      ],
      { a: older.ends, b: newer.ends },
      [...copyOf(newer.sync, 'b'), ...copyOf(older.sync, 'a')],
    ),
  );

export type Inventory = ReturnType<typeof inventory>;

/** By trying: the moments of a chain at which something begins. A copy counts once the oplog of its window is whole. */
export function basesOf({ snapshots, syncs, chains }: Inventory, chain: string): number[] {
  const { slices = [] } = chains.find((listing) => listing.chain === chain) ?? {};
  const blocks = snapshots.filter((one) => one.chain === chain && one.kind === 'block');
  const copies = syncs.filter(
    (one) => one.chain === chain && isWhole(slices, numberOf(one.beginFetching.ts) - 1, numberOf(one.ts)),
  );
  return [...blocks, ...copies].map((one) => numberOf(one.ts));
}

function copyOf(window: readonly [number, number] | null, chain: string): SyncSummary[] {
  return window === null ? [] : [syncOf(window[0], window[0] + window[1], chain)];
}

/** By trying: is there a base from which everything up to n is archived, and does the chain reach n? */
export function isRestorable(among: Inventory, chain: string, n: number): boolean {
  const { slices = [], ends = [] } = among.chains.find((listing) => listing.chain === chain) ?? {};
  const isBehind = ends.some((end) => numberOf(end.kind === 'gap' ? end.from : end.at) < n);
  return !isBehind && basesOf(among, chain).some((base) => base <= n && isWhole(slices, base, n));
}

export function plan(target: RestoreTarget, from: Inventory, chain?: string): RestorePlan | RestoreRefusal {
  return planRestore({ target, ...(chain === undefined ? {} : { chain }) }, from);
}

export function at(n: number): RestoreTarget {
  return { kind: 'timestamp', ts: ts(n) };
}
