import type { Position, PositionRange, RawEntry } from '@headwater/oplog';
import type { Ticket } from './commit-ledger.js';

/** Accepted entries that are not in the store yet: what the next slice will hold. */
export class OpenSlice {
  readonly entries: RawEntry[] = [];
  readonly tickets: Ticket[] = [];
  private end: Position;
  private size = 0;

  /**
   * @param from the end of what is archived, exclusive
   * @param openedAt monotonic milliseconds
   */
  constructor(
    private readonly from: Position,
    readonly openedAt: number,
  ) {
    this.end = from;
  }

  append(entries: readonly RawEntry[], to: Position): void {
    for (const entry of entries) {
      this.entries.push(entry);
      this.size += entry.bytes.length;
    }
    this.end = to;
  }

  get range(): PositionRange {
    return { from: this.from, to: this.end };
  }

  get bytes(): number {
    return this.size;
  }
}
