import { ManualClock } from '@headwater/clock';
import { Pace } from './pace.js';

/** Takes turns until aborted and counts them. */
function taker(pace: Pace, signal: AbortSignal): { turns: number } {
  const count = { turns: 0 };
  void (async () => {
    while (await pace.turn(signal)) count.turns += 1;
  })();
  return count;
}

describe('Pace', () => {
  const stop = new AbortController();
  afterAll(() => {
    stop.abort();
  });

  it('hands out so many turns a second, shared by all who take them', async () => {
    const clock = new ManualClock();
    const pace = new Pace(10, clock);
    const takers = [taker(pace, stop.signal), taker(pace, stop.signal)];
    await clock.advance(0);
    for (let second = 0; second < 5; second++) await clock.advance(1000);
    const turns = takers.reduce((sum, { turns }) => sum + turns, 0);
    expect(turns).toBe(51);
  });

  it('makes up for one second of a stall at most', async () => {
    const clock = new ManualClock();
    const pace = new Pace(10, clock);
    await clock.advance(60_000);
    let immediate = 0;
    const turns = taker(pace, stop.signal);
    await clock.advance(0);
    immediate = turns.turns;
    expect(immediate).toBe(11);
  });

  it('gives no turn once the signal is aborted, and wakes whoever waits for one', async () => {
    const clock = new ManualClock();
    const pace = new Pace(1, clock);
    const abort = new AbortController();
    await expect(pace.turn(abort.signal)).resolves.toBe(true);
    const waiting = pace.turn(abort.signal);
    abort.abort();
    await expect(waiting).resolves.toBe(false);
  });
});
