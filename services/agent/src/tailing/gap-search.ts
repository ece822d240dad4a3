import { compareTimestamps } from '@headwater/oplog';
import type { Position } from '@headwater/oplog';

/** A member's oplog begins after what must be read. */
export interface Gap {
  readonly kind: 'gap';
  readonly oldest: Position;
}

export type GapFinding =
  /** A member that was not asked may have the range: go on to it. */
  | { readonly kind: 'ask-others' }
  /** None that can be reached has it, and these cannot be reached. */
  | { readonly kind: 'wait'; readonly missing: readonly string[] }
  /** It is lost: `gap` has the oldest entry that any member has. `missing` were not asked within the time. */
  | { readonly kind: 'lost'; readonly gap: Gap; readonly missing: readonly string[] };

/**
 * A range is lost when no member has it any more, not when one does not, nor when one cannot be asked because it
 * restarts. Remembers who was asked; the caller goes on to a member that was not. Pure.
 */
export class GapSearch {
  private readonly asked = new Map<string, Gap>();
  private waitingSince: number | null = null;

  /** @param longestMillis how long to wait for members that cannot be reached */
  constructor(private readonly longestMillis: number) {}

  /** Members that do not have the range: to be avoided as long as there are others. */
  get members(): readonly string[] {
    return [...this.asked.keys()];
  }

  /** A member has the range. */
  clear(): void {
    this.asked.clear();
    this.waitingSince = null;
  }

  /**
   * The next member was asked: the best that can be reached, those that were asked already coming last.
   *
   * @param dataHosts every member that the configuration names and that holds data
   * @param ticksMillis monotonic
   */
  found(member: string, gap: Gap, dataHosts: readonly string[], ticksMillis: number): GapFinding {
    const others = !this.asked.has(member);
    this.asked.set(member, gap);
    if (others) {
      return { kind: 'ask-others' };
    }
    const missing = dataHosts.filter((host) => !this.asked.has(host));
    this.waitingSince ??= ticksMillis;
    if (missing.length > 0 && ticksMillis - this.waitingSince < this.longestMillis) {
      return { kind: 'wait', missing };
    }
    const oldest = [...this.asked.values()].reduce((least, one) =>
      compareTimestamps(one.oldest.ts, least.oldest.ts) < 0 ? one : least,
    );
    return { kind: 'lost', gap: oldest, missing };
  }
}
