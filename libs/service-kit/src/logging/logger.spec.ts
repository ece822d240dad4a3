import { defineErrors } from '@headwater/errors';
import { createLogger } from './logger.js';
import { NestLog } from './nest-log.js';

const errors = defineErrors('LOGSPEC', {
  storeFull: { number: 10001, solution: 'Free some space.' },
  bug: { number: 90001, solution: 'Report this.' },
});

function capture(level: 'trace' | 'info' = 'info') {
  const text: string[] = [];
  const logger = createLogger({
    service: 'ingest',
    level,
    destination: { write: (line) => text.push(line) },
  });
  const lines = () => text.map((line) => JSON.parse(line) as Record<string, unknown>);
  return { logger, lines, text };
}

describe('createLogger', () => {
  it('writes one JSON line with the service, a level by name and a time people can read', () => {
    const { logger, lines } = capture();
    logger.info({ logId: 'slice.archived', deployment: 'd', range: { from: 1, to: 2 } }, 'slice archived');
    logger.debug('not asked for');
    expect(lines()).toHaveLength(1);
    expect(lines()[0]).toMatchObject({
      level: 'info',
      service: 'ingest',
      logId: 'slice.archived',
      deployment: 'd',
      range: { from: 1, to: 2 },
      msg: 'slice archived',
    });
    expect(lines()[0]?.['time']).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
  });

  it('drops user info from URIs wherever they stand, and masks fields that hold secrets', () => {
    const { logger, text } = capture();
    const uri = 'mongodb://root:hunter2@host:27017/';
    logger.error(
      { err: new Error(`cannot reach ${uri}`), list: [uri], uri, source: { password: 'hunter2' } },
      `failed on ${uri}`,
    );
    expect(text.join('')).not.toContain('hunter2');
    expect(text.join('')).toContain('cannot reach mongodb://host:27017/');
  });

  it('logs what an operator can act upon without a stack, everything else with one', () => {
    const { logger, lines } = capture();
    const cause = new TypeError('no such property');
    logger.error({ err: errors.storeFull('the store is full', { details: { free: 0 }, cause }) }, 'failed');
    logger.error({ err: errors.bug('impossible') }, 'failed');
    const [known, bug] = lines();
    expect(known?.['err']).toEqual({
      code: 'LOGSPEC-10001',
      message: 'the store is full',
      solution: 'Free some space.',
      retryable: false,
      details: { free: 0 },
      cause: {
        type: 'TypeError',
        message: 'no such property',
        stack: expect.stringContaining('logger.spec') as string,
      },
    });
    expect(bug?.['err']).toMatchObject({ stack: expect.stringContaining('impossible') as string });
  });

  it("keeps Nest's own talk below info, but not its warnings", () => {
    const { logger, lines } = capture();
    const nest = new NestLog(logger);
    nest.log('Mapped {/livez, GET} route', 'RouterExplorer');
    nest.error(new Error('hook failed'), 'the stack', 'Lifecycle');
    nest.warn('careful', 'Nest');
    expect(lines()).toMatchObject([
      { level: 'error', context: 'Lifecycle', err: { message: 'hook failed' } },
      { level: 'warn', msg: 'careful', context: 'Nest' },
    ]);
  });
});
