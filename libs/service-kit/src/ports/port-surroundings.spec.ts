import { ManualClock } from '@headwater/clock';
import { z } from 'zod';
import { parseConfig } from '../config/parsing.js';
import { setting } from '../config/setting.js';
import { Readiness } from '../health/readiness.js';
import { createLogger } from '../logging/logger.js';
import { Metrics } from '../metrics/metrics.js';
import { faultRates } from './fault-rates.js';
import { portSurroundings } from './port-surroundings.js';

const schema = z.object({ faults: setting('HEADWATER_FAULTS', faultRates().optional(), 'For rehearsals.') });
const parse = (text: string) => parseConfig(schema, { HEADWATER_FAULTS: text }, 'ingest').faults;

describe('HEADWATER_FAULTS', () => {
  it.each([
    ['seed=7,store=0.05,bus=0.03', { seed: 7, store: 0.05, bus: 0.03 }],
    ['bus=.9,seed=0', { seed: 0, store: 0, bus: 0.9 }],
    ['seed=12,store=0', { seed: 12, store: 0, bus: 0 }],
  ])('takes %s', (text, expected) => {
    expect(parse(text)).toEqual(expected);
  });

  it('is not set where it is empty', () => {
    expect(parse('')).toBeUndefined();
  });

  it.each([
    'true',
    'seed=7',
    'store=0.1',
    'seed=7,store=1',
    'seed=7,store=0.95',
    'seed=7,store=-0.1',
    'seed=7,store=5%',
    'seed=x,store=0.1',
    'seed=7,seed=8,store=0.1',
    'seed=7,store=0.1,disk=0.1',
    'seed=7,store=0.1,',
    'seed=7, store=0.1',
    'seed=7,store=0.1=2',
  ])('refuses %s and says what it must be like', (text) => {
    expect(() => parse(text)).toThrow('must be like seed=7,store=0.05,bus=0.03');
  });
});

describe('the surroundings of the ports', () => {
  function surroundings(faults?: { seed: number; store: number; bus: number }) {
    const clock = new ManualClock();
    const lines: Record<string, unknown>[] = [];
    const destination = {
      write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>),
    };
    const logger = createLogger({ service: 'ingest', level: 'info', destination });
    const kit = {
      name: 'ingest',
      config: { host: '127.0.0.1', port: 0, logLevel: 'info' as const, faults },
      logger,
      metrics: new Metrics('ingest'),
      readiness: new Readiness(clock),
      stopping: new AbortController().signal,
    };
    return { kit, lines, ports: portSurroundings(kit, clock) };
  }

  it('plan nothing outside of a rehearsal, and say nothing', () => {
    const { kit, lines, ports } = surroundings();
    expect([ports.storeFaults, ports.busFaults]).toEqual([null, null]);
    expect([lines, kit.readiness.notes]).toEqual([[], {}]);
  });

  it('say of a rehearsal that it is one: in the log, by readyz and by metrics', async () => {
    const { kit, lines, ports } = surroundings({ seed: 7, store: 0.5, bus: 0 });
    for (let call = 0; call < 100; call += 1) {
      ports.storeFaults?.next('create', 'key', ['fail-before']);
      ports.busFaults?.next('produce', 'topic', ['fail-before']);
    }
    expect(lines).toMatchObject([{ logId: 'faults.planned', level: 'warn', store: 0.5, bus: 0 }]);
    expect(kit.readiness.notes['faults']).toContain('REHEARSAL');
    const text = await kit.metrics.registry.metrics();
    const [, count] = /headwater_faults_total\{port="store",operation="create"[^}]*\} (\d+)/.exec(text) ?? [];
    expect(Number(count)).toBeGreaterThan(25);
    expect(text).not.toContain('port="bus"');
  });

  it('count and log what the store made try again', async () => {
    const { kit, lines, ports } = surroundings();
    ports.onStoreRetry({
      operation: 'read',
      subject: 'a/b',
      retry: 1,
      pauseMillis: 100,
      error: new Error('x'),
    });
    expect(lines).toMatchObject([{ logId: 'store.retried', operation: 'read', key: 'a/b', retry: 1 }]);
    expect(await kit.metrics.registry.metrics()).toContain(
      'headwater_store_retries_total{operation="read",service="ingest"} 1',
    );
  });
});
