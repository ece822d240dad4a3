import { maxTimestamp, minTimestamp, timestampsEqual } from '@headwater/oplog';
import type { OplogTimestamp, TsRange } from '@headwater/oplog';
import type { ChainListing } from './chain-listing.js';
import type { SliceRef } from './slice.js';
import { isBelow } from './timestamp-order.js';

/** The slices that a reader of (from, to] takes, or why there are none to take. */
export type Cover =
  | { readonly kind: 'covered'; readonly slices: readonly SliceRef[] }
  /** The first hole. */
  | { readonly kind: 'missing'; readonly range: TsRange }
  /** Two slices of the same range and different contents. */
  | { readonly kind: 'forked'; readonly slices: readonly [SliceRef, SliceRef] };

/**
 * As few slices as cover (from, to], ascending; of those only neighbours overlap. `slices` ascend by from, then to, as they
 * are listed. Nothing is needed when to ≤ from.
 */
export function coverOf(slices: readonly SliceRef[], from: OplogTimestamp, to: OplogTimestamp): Cover {
  if (!isBelow(from, to)) {
    return { kind: 'covered', slices: [] };
  }
  const twins = twinsOf(slices).find(([twin]) => isBelow(twin.from, to) && isBelow(from, twin.to));
  if (twins !== undefined) {
    return { kind: 'forked', slices: twins };
  }
  const cover: SliceRef[] = [];
  let end = from;
  let longest: SliceRef | undefined;
  let at = 0;
  while (isBelow(end, to)) {
    for (let next = slices[at]; next !== undefined && !isBelow(end, next.from); next = slices[at]) {
      longest = longest === undefined || isBelow(longest.to, next.to) ? next : longest;
      at += 1;
    }
    if (longest === undefined || !isBelow(end, longest.to)) {
      return { kind: 'missing', range: { from: end, to: minTimestamp(to, slices[at]?.from ?? to) } };
    }
    cover.push(longest);
    end = longest.to;
  }
  return { kind: 'covered', slices: cover };
}

/**
 * The end of the unbroken run of slices that begins at `start`: the largest ts for which `coverOf` covers (start, ts]. It is
 * `start` itself when no slice goes on from there.
 */
export function unbrokenFrom(
  { slices }: Pick<ChainListing, 'slices'>,
  start: OplogTimestamp,
): OplogTimestamp {
  let end = start;
  for (const slice of slices) {
    if (isBelow(end, slice.from)) {
      break;
    }
    end = maxTimestamp(end, slice.to);
  }
  const [twin] = twinsOf(slices).find(([{ to }]) => isBelow(start, to)) ?? [];
  return twin === undefined ? end : maxTimestamp(start, minTimestamp(end, twin.from));
}

/** Slices of the same range and different contents, ascending: two histories, of which nothing tells the right one. */
function twinsOf(slices: readonly SliceRef[]): [SliceRef, SliceRef][] {
  const twins: [SliceRef, SliceRef][] = [];
  let previous: SliceRef | undefined;
  for (const slice of slices) {
    if (previous !== undefined && haveSameRange(previous, slice) && previous.hash !== slice.hash) {
      twins.push([previous, slice]);
    }
    previous = slice;
  }
  return twins;
}

function haveSameRange(a: SliceRef, b: SliceRef): boolean {
  return timestampsEqual(a.from, b.from) && timestampsEqual(a.to, b.to);
}
