import { ManualClock } from '@headwater/clock';
import { eventually } from './eventually.js';

describe('eventually', () => {
  it('asks until the answer is truthy and gives that answer', async () => {
    const answers = [0, '', null, 'here'];
    await expect(eventually(() => answers.shift(), { pauseMs: 0 })).resolves.toBe('here');
  });

  it('goes on asking after a condition that throws', async () => {
    let asked = 0;
    const condition = (): number => {
      asked += 1;
      if (asked < 3) throw new Error('not yet');
      return asked;
    };
    await expect(eventually(condition, { pauseMs: 0 })).resolves.toBe(3);
  });

  it('says after the deadline what it waited for and what the last answer was', async () => {
    const waiting = eventually(() => ({ state: 'Planned' }).state === 'Ready', {
      deadlineMs: 1,
      pauseMs: 1,
      describe: 'the job to be ready',
    });
    await expect(waiting).rejects.toThrow(
      'waited 1 ms in vain for the job to be ready; the last answer: false',
    );
  });

  it('keeps what was thrown last as the cause', async () => {
    const cause = new Error('connection refused');
    const refuse = (): never => {
      throw cause;
    };
    await expect(eventually(refuse, { deadlineMs: 0 })).rejects.toMatchObject({
      message: 'waited 0 ms in vain for a condition; the last answer: it threw "connection refused"',
      cause,
    });
  });

  it('pauses between two questions by the clock it is given', async () => {
    const clock = new ManualClock();
    let asked = 0;
    const waiting = eventually(() => ++asked === 3, { clock, pauseMs: 100 });
    await clock.advance(0);
    await clock.advance(99);
    expect(asked).toBe(1);
    await clock.advance(1);
    expect(asked).toBe(2);
    await clock.advance(100);
    await expect(waiting).resolves.toBe(true);
  });
});
