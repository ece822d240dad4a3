import { ManualClock, systemClock } from './index.js';

describe('ManualClock', () => {
  it('wakes sleepers in order, each at its own time', async () => {
    const clock = new ManualClock(new Date(0));
    const woken: string[] = [];
    void clock.sleep(20).then(() => woken.push(`b${String(clock.nowMillis())}`));
    void clock.sleep(10).then(() => woken.push(`a${String(clock.nowMillis())}`));
    await clock.advance(15);
    expect(woken).toEqual(['a10']);
    await clock.advance(15);
    expect(woken).toEqual(['a10', 'b20']);
    expect(clock.ticksMillis()).toBe(30);
  });

  it('rejects a sleep with the reason of its signal', async () => {
    const clock = new ManualClock();
    const stop = new AbortController();
    const sleeping = clock.sleep(1000, stop.signal);
    stop.abort(new Error('stopping'));
    await expect(sleeping).rejects.toThrow('stopping');
  });
});

describe('systemClock', () => {
  it('rejects a sleep with the reason of its signal', async () => {
    const stop = new AbortController();
    const sleeping = systemClock.sleep(60_000, stop.signal);
    stop.abort(new Error('stopping'));
    await expect(sleeping).rejects.toThrow('stopping');
  });
});
