import { EventEmitter } from 'node:events';
import { ManualClock } from '@headwater/clock';
import { watchForInterruption } from './interruption.js';

type Host = Parameters<typeof watchForInterruption>[0];

function watched() {
  const clock = new ManualClock();
  const [stdout, stderr] = [new EventEmitter(), new EventEmitter()];
  const host = Object.assign(new EventEmitter(), { ppid: 1, stdout, stderr });
  const interruption = watchForInterruption(host as unknown as Host, clock);
  interruption.end();
  return { clock, host, stdout, interruption };
}

describe('watchForInterruption', () => {
  it('stops at a signal with what a shell reports for it', () => {
    for (const [signal, exitCode] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
      ['SIGHUP', 129],
    ] as const) {
      const { host, interruption } = watched();
      host.emit(signal);
      expect(interruption.stop.signal.reason).toMatchObject({ exitCode });
      expect(interruption.hurry.aborted).toBe(false);
    }
  });

  it('takes two signals that come together for one, and a later one for hurry', async () => {
    const { clock, host, interruption } = watched();
    host.emit('SIGINT');
    await clock.advance(300);
    host.emit('SIGINT');
    expect(interruption.hurry.aborted).toBe(false);
    await clock.advance(1000);
    host.emit('SIGINT');
    expect(interruption.hurry.aborted).toBe(true);
  });

  it('stops when nobody reads the output any more', () => {
    const { stdout, interruption } = watched();
    stdout.emit('error', new Error('EPIPE'));
    expect(interruption.stop.signal.reason).toMatchObject({ exitCode: 141 });
  });
});
