import type { OplogTimestamp } from '@headwater/oplog';
import fc from 'fast-check';
import type { ChainEnd } from '../oplog/chain-end.js';
import type { SliceRef } from '../oplog/slice.js';

/** Small whole numbers stand for timestamps, so that everything can be tried. */
export function ts(n: number): OplogTimestamp {
  return { t: Math.floor(n / 3), i: n % 3 };
}

export function numberOf({ t, i }: OplogTimestamp): number {
  return t * 3 + i;
}

export function sliceRef(from: number, to: number, hash = 'a'): SliceRef {
  return { key: `${from}-${to}-${hash}`, chain: 'c', from: ts(from), to: ts(to), hash, size: 1 };
}

/** As a listing gives them: ascending by from, to, hash; each once. */
export function listed(slices: readonly SliceRef[]): SliceRef[] {
  const unique = new Map(slices.map((slice) => [slice.key, slice]));
  return [...unique.values()].sort(
    (a, b) =>
      numberOf(a.from) - numberOf(b.from) || numberOf(a.to) - numberOf(b.to) || (a.hash < b.hash ? -1 : 1),
  );
}

/** Any slices within (0, end]: overlaps, holes, now and then two of the same range and different contents. */
export function anyLayout(end: number): fc.Arbitrary<SliceRef[]> {
  const slice = fc
    .tuple(fc.nat({ max: end - 1 }), fc.integer({ min: 1, max: 8 }), fc.nat({ max: 30 }))
    .map(([from, length, hash]) => sliceRef(from, Math.min(from + length, end), hash === 0 ? 'b' : 'a'));
  return fc.array(slice, { maxLength: 12 }).map(listed);
}

/** (from, to] exists nowhere any more. */
export function gapOf(from: number, to: number): ChainEnd {
  return { kind: 'gap', key: `${from}-${to}.gap.json`, from: ts(from), to: ts(to) };
}

/** The entry at `at` was rolled back. */
export function forkAt(at: number): ChainEnd {
  return { kind: 'fork', key: `${at}.fork.json`, at: ts(at) };
}

/** Mostly none; one or two of them anywhere, whatever the slices are. */
export function anyEnds(end: number): fc.Arbitrary<ChainEnd[]> {
  const place = fc.nat({ max: end });
  const anyEnd = fc.oneof(
    place.map((from) => gapOf(from, from + 3)),
    place.map((at) => forkAt(at)),
  );
  return fc.oneof(
    { weight: 2, arbitrary: fc.constant<ChainEnd[]>([]) },
    fc.array(anyEnd, { minLength: 1, maxLength: 2 }),
  );
}

/** By looking at each timestamp alone: is it in a slice, and in no range that has two contents? */
export function isArchived(slices: readonly SliceRef[], n: number): boolean {
  const has = slices.filter((slice) => numberOf(slice.from) < n && n <= numberOf(slice.to));
  return has.length > 0 && !has.some((slice) => isTwin(slices, slice));
}

function isTwin(slices: readonly SliceRef[], { from, to, hash }: SliceRef): boolean {
  return slices.some(
    (other) =>
      numberOf(other.from) === numberOf(from) && numberOf(other.to) === numberOf(to) && other.hash !== hash,
  );
}

/** Whether every timestamp in (from, to] is archived. */
export function isWhole(slices: readonly SliceRef[], from: number, to: number): boolean {
  return Array.from({ length: Math.max(to - from, 0) }, (_, n) => from + n + 1).every((n) =>
    isArchived(slices, n),
  );
}
