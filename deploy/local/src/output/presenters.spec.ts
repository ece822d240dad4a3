import { ManualClock } from '@headwater/clock';
import { JsonLines } from './json-lines.js';
import { PlainLines } from './plain-lines.js';
import { Report } from './report.js';
import type { Presenter, StatusBoard } from './step-event.js';
import { Terminal } from './terminal.js';

const start = new Date('2026-11-24T08:00:00Z');
const board: StatusBoard = {
  headline: 'PROTECTED',
  tone: 'good',
  subject: 'sample',
  rows: [
    ['lag', '1 s behind'],
    ['snapshot', 'none'],
  ],
};

function reported(make: (write: (text: string) => void) => Presenter) {
  const clock = new ManualClock(start);
  let output = '';
  const report = new Report(
    make((text) => (output += text)),
    clock,
  );
  return { clock, report, output: () => output };
}

describe('output', () => {
  it('is plain lines with a progress every two seconds at most, and none twice', async () => {
    const { clock, report, output } = reported((write) => new PlainLines(write));
    const step = report.begin('initial-sync', 'Initial sync');
    for (let half = 1; half <= 5; half++) {
      await clock.advance(500);
      step.progress(`${half}0 of 60 documents`);
    }
    for (let again = 0; again < 3; again++) {
      await clock.advance(2500);
      step.progress('50 of 60 documents');
    }
    step.done('60 documents');
    expect(output()).toBe(
      '\nInitial sync\n  … 40 of 60 documents\n  … 50 of 60 documents\n  60 documents (10 s)\n',
    );
  });

  it('redraws progress on a terminal, in one line that never wraps', () => {
    const { report, output } = reported((write) => new Terminal({ write, columns: 20 }, false));
    const step = report.begin('restore', 'Restore');
    step.progress('short');
    step.progress('much longer than twenty columns');
    step.note('a note');
    step.done('end');
    expect(output()).toBe(
      '\nRestore\n  … short\r\u001b[J  … much longer th…\r\u001b[J  a note\n  end (0.0 s)\n',
    );
  });

  it('draws a board of a few lines over and over, and news above it', () => {
    const { report, output } = reported((write) => new Terminal({ write, columns: 30 }, true));
    const step = report.begin('running', 'Runs');
    step.progress('PROTECTED; lag: 1 s', {}, board);
    report.warn('the agent ended', {});
    step.progress('PROTECTED; lag: 1 s', {}, board);
    const drawn = '\u001b[1;30;42m PROTECTED \u001b[0m sample\n lag         1 s behind\n snapshot    none';
    expect(output()).toBe(`\nRuns\n${drawn}\r\u001b[2A\u001b[J  08:00:00 !!! the agent ended\n${drawn}`);
  });

  it('draws without colours where it is told to, and finds the beginning again in a narrower window', () => {
    const screen = { columns: 30, text: '' };
    const write = (text: string): void => void (screen.text += text);
    const terminal = new Terminal({ write, get columns() { return screen.columns; } }, false); // prettier-ignore
    const report = new Report(terminal, new ManualClock(start));
    const step = report.begin('running', 'Runs');
    step.progress('', {}, board);
    expect(screen.text).not.toContain('\u001b');
    screen.columns = 15;
    step.done('end');
    expect(screen.text).toContain('\r\u001b[5A\u001b[J  end');
  });

  it('tells the status once a minute where the output stays, and at once when its headline changes', async () => {
    const { clock, report, output } = reported((write) => new PlainLines(write));
    const step = report.begin('running', 'Runs');
    const at = (headline: string): void => {
      step.progress(headline, {}, { ...board, headline });
    };
    at('INITIAL SYNC 1 %');
    await clock.advance(30_000);
    at('INITIAL SYNC 2 %');
    report.say('something', {});
    await clock.advance(30_000);
    at('INITIAL SYNC 3 %');
    await clock.advance(1000);
    at('PROTECTED');
    expect(output().split('\n').slice(2, -1)).toEqual([
      '  08:00:00 INITIAL SYNC 1 %',
      '  08:00:30 something',
      '  08:01:00 INITIAL SYNC 3 %',
      '  08:01:01 PROTECTED',
    ]);
  });

  it('is one JSON object a line for programs', async () => {
    const { clock, report, output } = reported((write) => new JsonLines(write));
    const step = report.begin('snapshot', 'First snapshot');
    step.progress('half\nway', { progress: 0.5 });
    await clock.advance(1234);
    step.done('sealed', { snapshotId: 's1' });
    report.result('done', 'Restored', { directory: '/d' });
    const lines = output().trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      { time: '2026-11-24T08:00:00.000Z', step: 'snapshot', state: 'started', message: 'First snapshot' },
      {
        time: '2026-11-24T08:00:00.000Z',
        step: 'snapshot',
        state: 'progress',
        message: 'half\nway',
        progress: 0.5,
      },
      {
        time: '2026-11-24T08:00:01.234Z',
        step: 'snapshot',
        state: 'done',
        message: 'sealed',
        snapshotId: 's1',
        seconds: 1.2,
      },
      {
        time: '2026-11-24T08:00:01.234Z',
        step: 'result',
        state: 'done',
        message: 'Restored',
        directory: '/d',
        seconds: 1.2,
        steps: [{ step: 'snapshot', seconds: 1.2 }],
      },
    ]);
  });

  it('tells in which step a run failed', () => {
    const { report, output } = reported((write) => new JsonLines(write));
    report.begin('services', 'Services');
    report.failed('the agent ended', { code: 'LAUNCHER-10004' });
    expect(JSON.parse(output().trimEnd().split('\n')[1] ?? '')).toMatchObject({
      step: 'services',
      state: 'failed',
      code: 'LAUNCHER-10004',
    });
  });
});
