import { compareTimestamps } from '@headwater/oplog';
import type { TailEnd } from './tail-reader.js';

/**
 * A range is lost when no member has it any more, not when one does not. Remembers who was asked; the caller goes on
 * to a member that was not.
 */
export class GapSearch {
  private readonly asked = new Map<string, TailEnd & { kind: 'gap' }>();

  /** Members that do not have the range: to be avoided as long as there are others. */
  get members(): readonly string[] {
    return [...this.asked.keys()];
  }

  clear(): void {
    this.asked.clear();
  }

  /**
   * @returns what is to be announced: a fork at once, a gap when the same member answers again because there is no
   *   other one, with the oldest entry that any of them has; null to ask another member
   */
  sure(member: string, end: TailEnd): TailEnd | null {
    if (end.kind === 'fork') {
      return end;
    }
    const known = this.asked.has(member);
    this.asked.set(member, end);
    if (!known) {
      return null;
    }
    return [...this.asked.values()].reduce((oldest, gap) =>
      compareTimestamps(gap.oldest.ts, oldest.oldest.ts) < 0 ? gap : oldest,
    );
  }
}
