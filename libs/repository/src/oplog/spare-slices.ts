import { formatTimestamp, maxTimestamp, minTimestamp } from '@headwater/oplog';
import type { OplogTimestamp, RawEntry, TsRange } from '@headwater/oplog';
import { isDamage, repositoryErrors } from '../repository-errors.js';
import type { Slice, SliceRef } from './slice.js';
import { isBelow } from './timestamp-order.js';

/**
 * The slices of a range that its cover does without: all they have, the cover has too. They are rare (two writers around a
 * takeover), and read for one purpose: to find out where they tell another history.
 */
export class SpareSlices {
  /** Of the range, ascending. */
  private readonly spare: readonly SliceRef[];
  /** How many of them are reached. */
  private reached = 0;
  /** Reached, and not passed yet. */
  private open: Slice[] = [];

  constructor(
    listed: readonly SliceRef[],
    cover: readonly SliceRef[],
    range: TsRange,
    private readonly read: (ref: SliceRef) => Promise<Slice>,
  ) {
    const taken = new Set(cover);
    this.spare = listed.filter(
      (slice) => isBelow(range.from, slice.to) && isBelow(slice.from, range.to) && !taken.has(slice),
    );
  }

  /**
   * @param run every entry that the cover has of (from, to]; called for one range after the other
   * @throws repositoryErrors.forkedSlices when a spare slice has other entries there
   */
  async check(
    run: readonly RawEntry[],
    from: OplogTimestamp,
    to: OplogTimestamp,
    by: SliceRef,
  ): Promise<void> {
    await this.advance(from, to);
    for (const { ref, entries } of this.open) {
      const [low, high] = [maxTimestamp(from, ref.from), minTimestamp(to, ref.to)];
      const inside = ({ position: { ts } }: RawEntry) => isBelow(low, ts) && !isBelow(high, ts);
      const at = firstDifference(run.filter(inside), entries.filter(inside));
      if (at !== null) {
        throw repositoryErrors.forkedSlices(`${by.key} and ${ref.key} differ at ${formatTimestamp(at)}`, {
          details: { keys: [by.key, ref.key], at },
        });
      }
    }
  }

  private async advance(from: OplogTimestamp, to: OplogTimestamp): Promise<void> {
    this.open = this.open.filter(({ ref }) => isBelow(from, ref.to));
    const { spare } = this;
    for (
      let next = spare[this.reached];
      next !== undefined && isBelow(next.from, to);
      next = spare[this.reached]
    ) {
      this.reached += 1;
      const slice = isBelow(from, next.to) ? await this.readIfWhole(next) : null;
      if (slice !== null) {
        this.open.push(slice);
      }
    }
  }

  /** What nobody needs may be damaged: it tells nothing then. */
  private async readIfWhole(ref: SliceRef): Promise<Slice | null> {
    try {
      return await this.read(ref);
    } catch (error) {
      if (isDamage(error)) {
        return null;
      }
      throw error;
    }
  }
}

function firstDifference(run: readonly RawEntry[], other: readonly RawEntry[]): OplogTimestamp | null {
  for (let n = 0; n < Math.max(run.length, other.length); n += 1) {
    const [a, b] = [run[n], other[n]];
    if (a === undefined || b?.bytes.equals(a.bytes) !== true) {
      return (a ?? b)?.position.ts ?? null;
    }
  }
  return null;
}
