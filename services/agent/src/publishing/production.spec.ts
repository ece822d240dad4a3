import { ManualClock } from '@headwater/clock';
import { messagingErrors } from '@headwater/messaging';
import { LogLines } from '../spec-support/log-lines.js';
import { produceUntilAccepted } from './production.js';

describe('a message', () => {
  const clock = new ManualClock();

  async function produceWith(produce: () => Promise<void>, signal = new AbortController().signal) {
    const log = new LogLines();
    const produced = produceUntilAccepted(produce, { clock, logger: log.logger }, signal);
    produced.catch(() => undefined);
    for (let second = 0; second < 5; second += 1) {
      await clock.advance(1000);
    }
    return { produced, log };
  }

  it('is produced again until the bus accepts it, and that is said once', async () => {
    let refusals = 0;
    const { produced, log } = await produceWith(() => {
      refusals += 1;
      return refusals > 3 ? Promise.resolve() : Promise.reject(messagingErrors.diskFull('full'));
    });
    await produced;
    expect(refusals).toBe(4);
    expect(log.with('bus.refused')).toHaveLength(1);
  });

  it('is given up with its signal', async () => {
    const stop = new AbortController();
    const { produced } = await produceWith(() => Promise.reject(new Error('full')), stop.signal);
    stop.abort(new Error('stopped'));
    await expect(produced).rejects.toThrow('stopped');
  });

  it('fails when no bus would ever take it', async () => {
    const refusal = messagingErrors.valueTooLarge('too large');
    const { produced } = await produceWith(() => Promise.reject(refusal));
    await expect(produced).rejects.toBe(refusal);
  });
});
