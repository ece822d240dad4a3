import { ManualClock } from '@headwater/clock';
import { Readiness } from './readiness.js';

function running(clock = new ManualClock()): Readiness {
  const readiness = new Readiness(clock);
  readiness.phase = 'running';
  return readiness;
}

describe('Readiness', () => {
  it('is not given before the service runs, nor when it stops', async () => {
    const readiness = new Readiness(new ManualClock());
    expect(await readiness.unready()).toEqual([{ check: 'service', reason: 'starting' }]);
    readiness.phase = 'running';
    expect(await readiness.unready()).toEqual([]);
    readiness.phase = 'stopping';
    expect(await readiness.unready()).toEqual([{ check: 'service', reason: 'stopping' }]);
  });

  it('names every check that fails, however it fails', async () => {
    const readiness = running();
    readiness.register('fine', () => 'ok');
    readiness.register('store', () => ({ reason: 'the disk is full' }));
    readiness.register('bus', () => Promise.reject(new Error('no broker')));
    expect(await readiness.unready()).toEqual([
      { check: 'store', reason: 'the disk is full' },
      { check: 'bus', reason: 'no broker' },
    ]);
  });

  it('does not wait for a check that never answers', async () => {
    const clock = new ManualClock();
    const readiness = running(clock);
    readiness.register('store', () => new Promise(() => undefined));
    const asked = readiness.unready();
    await clock.advance(2000);
    expect(await asked).toEqual([{ check: 'store', reason: 'no answer within 2000 ms' }]);
  });
});
