import fc from 'fast-check';
import type {
  ChainEnd,
  RestorePlan,
  RestoreRefusal,
  RestoreTarget,
  SliceRef,
  SnapshotSummary,
} from '../index.js';
import { planRestore } from '../index.js';
import { anyEnds, anyLayout, isWhole, numberOf, ts } from './layout.js';
import { blockSnapshot as snapshot, logSnapshot } from './snapshot-summaries.js';

/** The highest number of a timestamp in them. */
export const end = 24;

export function inventory(
  chains: Record<string, readonly SliceRef[]>,
  snapshots: readonly SnapshotSummary[],
  ends: Record<string, readonly ChainEnd[]> = {},
) {
  return {
    chains: Object.entries(chains).map(([chain, slices]) => ({ chain, slices, ends: ends[chain] ?? [] })),
    snapshots,
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
    ),
  );

export type Inventory = ReturnType<typeof inventory>;

export function blocksOf({ snapshots }: Inventory, chain: string): SnapshotSummary[] {
  return snapshots.filter((one) => one.chain === chain && one.kind === 'block');
}

/** By trying: is there a block snapshot from which everything up to n is archived, and does the chain reach n? */
export function isRestorable(among: Inventory, chain: string, n: number): boolean {
  const { slices = [], ends = [] } = among.chains.find((listing) => listing.chain === chain) ?? {};
  const isBehind = ends.some((end) => numberOf(end.kind === 'gap' ? end.from : end.at) < n);
  return (
    !isBehind &&
    blocksOf(among, chain).some((one) => numberOf(one.ts) <= n && isWhole(slices, numberOf(one.ts), n))
  );
}

export function plan(target: RestoreTarget, from: Inventory, chain?: string): RestorePlan | RestoreRefusal {
  return planRestore({ target, ...(chain === undefined ? {} : { chain }) }, from);
}

export function at(n: number): RestoreTarget {
  return { kind: 'timestamp', ts: ts(n) };
}
