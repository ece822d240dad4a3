import fc from 'fast-check';
import { ReplayRate, defaultReplayRate } from './replay-rate.js';
import { dueMoment, kindOfDue } from './snapshot-schedule.js';

const rules = { intervalSeconds: 60, blockIntervalSeconds: 600, maxReplaySeconds: 900 };
const ts = (t: number, i = 1) => ({ t, i });
const lastOf = (t: number) => ts(t, 0xffff_ffff);

describe('a snapshot', () => {
  it('is due an interval after the one before, once an entry beyond that second is archived', () => {
    expect(dueMoment(ts(100), ts(160, 9), rules)).toBeNull();
    expect(dueMoment(ts(100), ts(161), rules)).toEqual(lastOf(160));
  });

  it('is made once for all intervals that were missed', () => {
    expect(dueMoment(ts(100), ts(1000), rules)).toEqual(lastOf(940));
  });

  it('is due at whole intervals, never before one has passed and never where more may come', () => {
    fc.assert(
      fc.property(
        fc.nat(10_000),
        fc.nat(10_000),
        fc.integer({ min: 1, max: 500 }),
        (newest, end, seconds) => {
          const due = dueMoment(ts(newest), ts(end), { ...rules, intervalSeconds: seconds });
          if (due === null) {
            expect(end).toBeLessThanOrEqual(newest + seconds);
            return;
          }
          expect((due.t - newest) % seconds).toBe(0);
          expect(due.t).toBeGreaterThan(newest);
          expect(due.t).toBeLessThan(end);
          expect(due.t + seconds).toBeGreaterThanOrEqual(end);
        },
      ),
    );
  });
});

describe('a snapshot that is due', () => {
  const since = { block: ts(100), due: lastOf(160), entries: 1000, entriesPerSecond: 10_000 };

  it('is a log snapshot while the last block snapshot is young and near', () => {
    expect(kindOfDue(since, rules)).toBe('log');
    expect(kindOfDue({ ...since, due: lastOf(699) }, rules)).toBe('log');
    expect(kindOfDue({ ...since, entries: 9_000_000 }, rules)).toBe('log');
  });

  it('is a block snapshot when the last one is old, or far to replay from', () => {
    expect(kindOfDue({ ...since, due: lastOf(700) }, rules)).toBe('block');
    expect(kindOfDue({ ...since, entries: 9_000_001 }, rules)).toBe('block');
    expect(kindOfDue({ ...since, entries: 100_000, entriesPerSecond: 100 }, rules)).toBe('block');
  });

  it('is always a block snapshot where the two intervals are the same', () => {
    const equal = { ...rules, blockIntervalSeconds: rules.intervalSeconds };
    expect(kindOfDue(since, equal)).toBe('block');
  });
});

describe('the rate of replays', () => {
  it('is the default until one was measured that is long enough to tell', () => {
    const rate = new ReplayRate();
    rate.note(100, 3);
    expect(rate.entriesPerSecond).toBe(defaultReplayRate);
    rate.note(50_000, 2);
    expect(rate.entriesPerSecond).toBe(25_000);
  });

  it('follows the last replays and forgets older ones', () => {
    const rate = new ReplayRate();
    rate.note(1_000_000, 1);
    for (let n = 0; n < 5; n += 1) {
      rate.note(20_000, 1);
    }
    expect(rate.entriesPerSecond).toBe(20_000);
  });
});
