import { ManualClock } from '@headwater/clock';
import { Closings } from '../closings.js';
import { Report } from '../output/report.js';
import { Remarks } from '../remarks.js';
import { keepPartRunning } from './kept-part.js';

/** A server that ends when it is told to, and starts again unless it is told not to. */
function part() {
  const server = { isUp: true, starts: 0, refuses: false };
  return {
    server,
    name: 'kafka' as const,
    what: 'the Kafka broker',
    log: '/data/kafka',
    running: () => server.isUp,
    restart: () => {
      server.starts += 1;
      if (server.refuses) return Promise.reject(new Error('its port is taken'));
      server.isUp = true;
      return Promise.resolve();
    },
  };
}

function surroundings() {
  const clock = new ManualClock();
  const told: [unknown, unknown][] = [];
  const presenter = {
    show: ({ fields }: { fields: Readonly<Record<string, unknown>> }) => {
      told.push([fields['event'], fields['restartInSeconds']]);
    },
  };
  const run = {
    ...{ clock, report: new Report(presenter, clock), remarks: new Remarks() },
    ...{ closings: new Closings(), stop: new AbortController() },
  };
  return { run, clock, told };
}

describe('a server that the launcher started', () => {
  it('is started again when it has ended by itself, which is said', async () => {
    const { run, clock, told } = surroundings();
    const kept = part();
    keepPartRunning(kept, run);
    await clock.advance(10_000);
    expect(told).toEqual([]);
    kept.server.isUp = false;
    await clock.advance(500);
    expect(run.remarks.all).toEqual(['the Kafka broker is down']);
    await clock.advance(500);
    expect(kept.server).toMatchObject({ isUp: true, starts: 1 });
    expect(run.remarks.all).toEqual([]);
    expect(told).toEqual([
      ['kafka-ended', 0.5],
      ['kafka-back', undefined],
    ]);
    await run.closings.closeAll();
  });

  it('that does not start is tried again after longer and longer, at most half a minute', async () => {
    const { run, clock, told } = surroundings();
    const kept = part();
    keepPartRunning(kept, run);
    Object.assign(kept.server, { isUp: false, refuses: true });
    await clock.advance(300_000);
    const pauses = told.filter(([event]) => event === 'kafka-ended').map(([, seconds]) => seconds);
    expect(pauses.slice(0, 8)).toEqual([0.5, 1, 2, 4, 8, 16, 30, 30]);
    expect(told).toContainEqual(['kafka-failed', undefined]);
    kept.server.refuses = false;
    await clock.advance(31_000);
    expect(told.at(-1)).toEqual(['kafka-back', undefined]);
    await run.closings.closeAll();
  });

  it('is left alone once the run ends', async () => {
    const { run, clock } = surroundings();
    const kept = part();
    keepPartRunning(kept, run);
    await run.closings.closeAll();
    kept.server.isUp = false;
    await clock.advance(60_000);
    expect(kept.server.starts).toBe(0);
  });
});
