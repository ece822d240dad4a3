import { ChangeSignal } from './change-signal.js';

describe('ChangeSignal', () => {
  const never = new AbortController().signal;

  it('does not miss what came between looking and waiting', async () => {
    const changes = new ChangeSignal(null);
    const { seen } = changes;
    changes.nudge();
    await changes.since(seen, never);
  });

  it('wakes all that wait, at a nudge, and when their signal is aborted', async () => {
    const changes = new ChangeSignal(null);
    const stop = new AbortController();
    const woken: string[] = [];
    const waiting = [
      changes.since(changes.seen, never).then(() => woken.push('a')),
      changes.since(changes.seen, never).then(() => woken.push('b')),
      changes.since(changes.seen, stop.signal).then(() => woken.push('stopped')),
    ];
    stop.abort();
    await waiting[2];
    expect(woken).toEqual(['stopped']);
    changes.nudge();
    await Promise.all(waiting);
    expect(woken).toEqual(['stopped', 'a', 'b']);
    await changes.since(changes.seen, stop.signal);
  });

  it('polls while somebody waits, and only then', async () => {
    let polls = 0;
    const changes = new ChangeSignal({ everyMillis: 1, hasChanged: () => (polls += 1) % 3 === 0 });
    await changes.since(changes.seen, never);
    expect(polls).toBe(3);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(polls).toBe(3);
    await changes.since(changes.seen, never);
    expect(polls).toBe(6);
  });
});
