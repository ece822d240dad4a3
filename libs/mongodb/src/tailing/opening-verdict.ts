import { compareTimestamps, positionsEqual, type Position } from '@headwater/oplog';

export type OpeningVerdict = 'continues' | 'gap' | 'fork' | 'behind';

/**
 * What the first entry at or above `from` says (mongodb-facts part 4).
 *
 * @param first the first entry read; null when there is none
 * @param oldest the oldest entry of the member, read after `first`; null when its oplog is empty
 */
export function openingVerdict(
  from: Position,
  first: Position | null,
  oldest: Position | null,
): OpeningVerdict {
  if (first !== null && positionsEqual(first, from)) {
    return 'continues';
  }
  if (oldest !== null && compareTimestamps(oldest.ts, from.ts) > 0) {
    return 'gap';
  }
  return first === null ? 'behind' : 'fork';
}
