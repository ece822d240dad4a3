import { formatPosition, formatTimestamp, maxTimestamp, timestampsEqual } from '@headwater/oplog';
import type { OplogTimestamp, Position, RawEntry } from '@headwater/oplog';
import { repositoryErrors } from '../repository-errors.js';
import type { Slice } from './slice.js';
import { isBelow } from './timestamp-order.js';

/** Joins the slices of a cover into one run of entries, each once, and proves that they tell one history. */
export class SliceJoin {
  private readonly from: Position;
  private readonly to: OplogTimestamp;
  private previous: Slice | null = null;

  constructor(from: Position, to: OplogTimestamp) {
    this.from = from;
    this.to = to;
  }

  /**
   * The entries of the next slice that no slice before it had and that lie in (from, to].
   *
   * @throws repositoryErrors.forkedSlices when the slice has another term where it begins, or other bytes where it overlaps.
   */
  take(next: Slice): RawEntry[] {
    if (this.previous === null) {
      this.checkBeginning(next);
    } else {
      checkBorder(this.previous, next);
    }
    const done = maxTimestamp(this.from.ts, this.previous?.ref.to ?? this.from.ts);
    this.previous = next;
    return next.entries.filter(({ position: { ts } }) => isBelow(done, ts) && !isBelow(this.to, ts));
  }

  /** What is asked for has to go on from an entry of this history. */
  private checkBeginning(first: Slice): void {
    const found = positionAt(first, this.from.ts);
    if (found?.term !== this.from.term) {
      const there = found === null ? 'has no such entry' : `has ${formatPosition(found)}`;
      throw forked(
        `${first.ref.key} ${there}, but ${formatPosition(this.from)} was asked for`,
        [first],
        this.from.ts,
      );
    }
  }
}

/** `next` begins at the end of `previous` or inside of it. */
function checkBorder(previous: Slice, next: Slice): void {
  const { from } = next.header.range;
  const before = positionAt(previous, from.ts);
  if (before?.term !== from.term) {
    const there = before === null ? 'no such entry' : formatPosition(before);
    throw forked(
      `${next.ref.key} goes on from ${formatPosition(from)}; ${previous.ref.key} has ${there}`,
      [previous, next],
      from.ts,
    );
  }
  const overlap = previous.entries.filter(({ position }) => isBelow(next.ref.from, position.ts));
  for (const [n, entry] of overlap.entries()) {
    const other = next.entries[n];
    if (other?.bytes.equals(entry.bytes) !== true) {
      const at = formatTimestamp(entry.position.ts);
      throw forked(
        `${previous.ref.key} and ${next.ref.key} differ at ${at}`,
        [previous, next],
        entry.position.ts,
      );
    }
  }
  const extra = next.entries[overlap.length];
  if (extra !== undefined && !isBelow(previous.ref.to, extra.position.ts)) {
    const at = formatTimestamp(extra.position.ts);
    throw forked(
      `${previous.ref.key} lacks the entry ${at} of ${next.ref.key}`,
      [previous, next],
      extra.position.ts,
    );
  }
}

/** The position at `ts` by this slice: where it begins, or one of its entries. */
function positionAt({ header, entries }: Slice, ts: OplogTimestamp): Position | null {
  const { from } = header.range;
  if (timestampsEqual(from.ts, ts)) {
    return from;
  }
  return entries.find(({ position }) => timestampsEqual(position.ts, ts))?.position ?? null;
}

function forked(message: string, slices: readonly Slice[], at: OplogTimestamp): Error {
  return repositoryErrors.forkedSlices(message, { details: { keys: slices.map(({ ref }) => ref.key), at } });
}
