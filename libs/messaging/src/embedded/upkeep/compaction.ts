import type { KeptMessage } from './kept-messages.js';

export interface CompactionFacts {
  /** Milliseconds since 1970: what was replaced and was produced before it goes. */
  readonly replacedBefore: number;
  /** Milliseconds since 1970: a tombstone that was produced before it goes. */
  readonly tombstonesBefore: number;
}

/** Decides, over the messages of a compacted topic in ascending order, which of them go. */
export class Compaction {
  private readonly facts: CompactionFacts;
  /** Keys of which an older message stays: their tombstone must stay as well, or that one would count again. */
  private readonly olderStays = new Set<string>();

  constructor(facts: CompactionFacts) {
    this.facts = facts;
  }

  goes({ key, offset, at, isTombstone, newest }: KeptMessage): boolean {
    if (offset === newest) {
      return isTombstone && at < this.facts.tombstonesBefore && !this.olderStays.has(key);
    }
    if (at < this.facts.replacedBefore) return true;
    this.olderStays.add(key);
    return false;
  }
}
