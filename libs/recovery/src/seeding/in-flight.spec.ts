import { InFlight } from './in-flight.js';

describe('InFlight', () => {
  it('runs as many at once as it is wide, and all of them', async () => {
    const inFlight = new InFlight(3);
    let running = 0;
    let most = 0;
    let done = 0;
    for (let n = 0; n < 20; n += 1) {
      await inFlight.add(async () => {
        most = Math.max(most, (running += 1));
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        done += 1;
      });
    }
    await inFlight.settled();
    expect([most, done, running]).toEqual([3, 20, 0]);
  });

  it('begins nothing after a failure, and throws it', async () => {
    const inFlight = new InFlight(1);
    await inFlight.add(() => Promise.reject(new Error('no')));
    let begun = false;
    const next = inFlight.add(() => {
      begun = true;
      return Promise.resolve();
    });
    await expect(next).rejects.toThrow('no');
    await expect(inFlight.settled()).rejects.toThrow('no');
    expect(begun).toBe(false);
  });
});
