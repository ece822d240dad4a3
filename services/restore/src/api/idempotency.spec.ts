import { ManualClock } from '@headwater/clock';
import { restoreErrors } from '../restore-errors.js';
import { IdempotentAnswers } from './idempotency.js';

describe('an idempotency key', () => {
  const clock = new ManualClock();
  let made = 0;
  const make = () => Promise.resolve((made += 1));

  beforeEach(() => {
    made = 0;
  });

  it('does the work once, also for requests at the same time, and again only after a day', async () => {
    const answers = new IdempotentAnswers<number>(clock);
    expect(await Promise.all([answers.once('k', { a: 1 }, make), answers.once('k', { a: 1 }, make)])).toEqual(
      [1, 1],
    );
    await clock.advance(24 * 60 * 60 * 1000 + 1);
    expect(await answers.once('k', { a: 1 }, make)).toBe(2);
  });

  it('is refused for another body, and not remembered for a request that failed', async () => {
    const answers = new IdempotentAnswers<number>(clock);
    await expect(answers.once('k', { a: 1 }, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await answers.once('k', { a: 2 }, make)).toBe(1);
    await expect(answers.once('k', { a: 3 }, make)).rejects.toMatchObject({
      code: restoreErrors.idempotencyKeyReused('').code,
    });
  });

  it('is not needed', async () => {
    const answers = new IdempotentAnswers<number>(clock);
    expect([await answers.once(undefined, {}, make), await answers.once(undefined, {}, make)]).toEqual([
      1, 2,
    ]);
  });
});
