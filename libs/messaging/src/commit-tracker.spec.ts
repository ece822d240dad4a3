import fc from 'fast-check';
import { CommitTracker } from './commit-tracker.js';

/** Ascending offsets with holes, and the order in which they become durable. */
const arrivals = fc
  .uniqueArray(fc.nat(500), { minLength: 1, maxLength: 60 })
  .map((offsets) => offsets.sort((a, b) => a - b))
  .chain((offsets) =>
    fc.record({
      offsets: fc.constant(offsets),
      settled: fc.shuffledSubarray(offsets, { minLength: offsets.length, maxLength: offsets.length }),
      trackedAhead: fc.integer({ min: 0, max: offsets.length }),
    }),
  );

/** What may be committed, said as plainly as possible. */
function dueOf(tracked: readonly number[], settled: ReadonlySet<number>): number | null {
  const firstOpen = tracked.findIndex((offset) => !settled.has(offset));
  return tracked[(firstOpen === -1 ? tracked.length : firstOpen) - 1] ?? null;
}

describe('CommitTracker', () => {
  it('never lets an offset be committed before every one below it is settled, and then at once', () => {
    fc.assert(
      fc.property(arrivals, ({ offsets, settled }) => {
        const tracker = new CommitTracker();
        offsets.forEach((offset) => {
          tracker.track(offset);
        });
        const durable = new Set<number>();
        let committed: number | null = null;
        for (const offset of settled) {
          durable.add(offset);
          committed = tracker.settle(offset) ?? committed;
          expect(committed).toBe(dueOf(offsets, durable));
        }
        expect(committed).toBe(offsets.at(-1));
      }),
    );
  });

  it('rises strictly, whatever the order of tracking and settling', () => {
    fc.assert(
      fc.property(arrivals, ({ offsets, settled, trackedAhead }) => {
        const tracker = new CommitTracker();
        const waiting = [...offsets];
        const track = (count: number) => {
          waiting.splice(0, count).forEach((offset) => {
            tracker.track(offset);
          });
        };
        track(trackedAhead);
        const due: number[] = [];
        for (const offset of settled) {
          while (waiting[0] !== undefined && waiting[0] <= offset) track(1);
          const next = tracker.settle(offset);
          if (next !== null) due.push(next);
        }
        expect(due).toEqual([...new Set(due)].sort((a, b) => a - b));
        expect(due.at(-1)).toBe(offsets.at(-1));
      }),
    );
  });

  it('takes a redelivered offset, and a second settling, for the one it knows', () => {
    const tracker = new CommitTracker();
    tracker.track(7);
    tracker.track(9);
    tracker.track(7);
    expect(tracker.settle(9)).toBeNull();
    expect(tracker.settle(9)).toBeNull();
    expect(tracker.settle(7)).toBe(9);
    expect(tracker.settle(7)).toBeNull();
  });

  it('refuses offsets that go backwards or were never tracked', () => {
    const tracker = new CommitTracker();
    tracker.track(7);
    tracker.settle(7);
    expect(() => {
      tracker.track(5);
    }).toThrow('offset 5 was tracked after 7');
    expect(() => tracker.settle(8)).toThrow('offset 8 was settled');
  });

  it('forgets what is committed, so that a long partition costs no memory', () => {
    const tracker = new CommitTracker();
    let due: number | null = null;
    for (let offset = 0; offset < 100_000; offset += 1) {
      tracker.track(offset);
      due = tracker.settle(offset);
    }
    expect(due).toBe(99_999);
    expect(JSON.stringify(tracker).length).toBeLessThan(100_000);
  });
});
