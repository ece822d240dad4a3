import { messagingErrors } from './messaging-errors.js';

interface Tracked {
  readonly offset: number;
  settled: boolean;
}

/**
 * Tells what may be committed on one partition when messages become durable in another order than they came: an
 * offset is due once it and every tracked one below it are settled. Holds one small record for every offset between
 * the last due one and the highest tracked one.
 */
export class CommitTracker {
  private readonly waiting = new Map<number, Tracked>();
  private order: Tracked[] = [];
  private head = 0;
  private highest = -1;

  /**
   * An offset has been taken on. Ascending; one that is being tracked already (a redelivery) changes nothing.
   *
   * @throws messagingErrors.untrackedOffset for one below the highest tracked one that is not being tracked.
   */
  track(offset: number): void {
    if (this.waiting.has(offset)) return;
    if (offset <= this.highest) {
      throw messagingErrors.untrackedOffset(`offset ${offset} was tracked after ${this.highest}`, {
        details: { offset, highest: this.highest },
      });
    }
    const tracked = { offset, settled: false };
    this.waiting.set(offset, tracked);
    this.order.push(tracked);
    this.highest = offset;
  }

  /**
   * What `offset` stands for is durable.
   *
   * @returns the highest offset that is settled together with all tracked ones below it, for a commit that includes
   *   it; null when this call did not move it.
   * @throws messagingErrors.untrackedOffset for an offset above the highest tracked one.
   */
  settle(offset: number): number | null {
    if (offset > this.highest) {
      throw messagingErrors.untrackedOffset(
        `offset ${offset} was settled, ${this.highest} is the highest tracked`,
        {
          details: { offset, highest: this.highest },
        },
      );
    }
    const tracked = this.waiting.get(offset);
    if (tracked === undefined) return null;
    tracked.settled = true;
    return this.takeDue();
  }

  private takeDue(): number | null {
    let due: number | null = null;
    for (let next = this.order[this.head]; next?.settled === true; next = this.order[this.head]) {
      due = next.offset;
      this.waiting.delete(next.offset);
      this.head += 1;
    }
    if (this.head > 1024 && this.head * 2 > this.order.length) {
      this.order = this.order.slice(this.head);
      this.head = 0;
    }
    return due;
  }
}
