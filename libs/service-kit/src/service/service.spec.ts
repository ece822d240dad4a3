import { ManualClock } from '@headwater/clock';
import { Controller, Get, Module, Res } from '@nestjs/common';
import type { Response } from 'express';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import request from 'supertest';
import { createLogger } from '../logging/logger.js';
import { Lifecycle } from './lifecycle.js';
import type { LifecycleSteps } from './lifecycle.js';
import type { ServiceOptions } from './service-options.js';
import { startService } from './start-service.js';

@Controller('work')
class WorkController {
  @Get()
  work() {
    return { done: true };
  }

  /** Begins an answer and never ends it. */
  @Get('endless')
  endless(@Res() response: Response) {
    response.write('…');
  }
}

@Module({ controllers: [WorkController] })
class WorkModule {}

const logger = createLogger({ service: 'spec', level: 'silent' });
const config = { host: '127.0.0.1', port: 0, logLevel: 'silent' } as const;

function options(steps: LifecycleSteps, more: Partial<ServiceOptions> = {}): ServiceOptions {
  return {
    name: 'spec',
    config: () => config,
    logger,
    module: () => ({
      module: WorkModule,
      providers: [{ provide: Lifecycle, useValue: new Lifecycle(steps) }],
    }),
    ...more,
  };
}

describe('a start', () => {
  it('serves health, but no work, until the service knows its state', async () => {
    const asked: number[] = [];
    let url = '';
    const base = options({
      start: async () => {
        for (const path of ['/livez', '/readyz', '/metrics', '/work']) {
          asked.push((await request(url).get(path)).status);
        }
      },
    });
    const destination = {
      write: (line: string) => {
        url = (JSON.parse(line) as { url?: string }).url ?? url;
      },
    };
    const service = await startService({
      ...base,
      logger: createLogger({ service: 'spec', level: 'info', destination }),
    });
    expect(asked).toEqual([200, 503, 200, 503]);
    await request(service.url).get('/work').expect(200);
    await request(service.url).get('/readyz').expect(200);
    await service.close();
  });

  it('that fails closes what it opened, and tells its own error', async () => {
    const seen: string[] = [];
    const starting = startService(
      options({
        start: () => Promise.reject(new Error('no state')),
        close: () => {
          seen.push('closed');
        },
      }),
    );
    await expect(starting).rejects.toThrow('no state');
    expect(seen).toEqual(['closed']);
  });

  it('names the port that is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const starting = startService(options({}, { config: () => ({ ...config, port }) }));
    await expect(starting).rejects.toMatchObject({
      code: 'KIT-10002',
      message: `port ${port} on 127.0.0.1 is taken by another process: set port`,
    });
    other.close();
  });

  it('names the address that is not of this machine', async () => {
    const starting = startService(options({}, { config: () => ({ ...config, host: '192.0.2.1' }) }));
    await expect(starting).rejects.toMatchObject({ code: 'KIT-10003' });
  });
});

describe('a stop', () => {
  it('drains while health still answers and work is refused, then closes', async () => {
    const seen: string[] = [];
    const service = await startService(
      options({
        drain: async () => {
          for (const path of ['/livez', '/readyz', '/work']) {
            seen.push(`${path} ${(await request(service.url).get(path)).status}`);
          }
        },
        close: async () => {
          const open = await request(service.url)
            .get('/livez')
            .then(() => true)
            .catch(() => false);
          seen.push(open ? 'still listening' : 'closed');
        },
      }),
    );
    await service.close();
    expect(seen).toEqual(['/livez 200', '/readyz 503', '/work 503', 'closed']);
  });

  it('that cannot drain still closes, and is reported as failed', async () => {
    const seen: string[] = [];
    const cause = new Error('the store is gone');
    const service = await startService(
      options({
        drain: () => Promise.reject(cause),
        close: () => {
          seen.push('closed');
        },
      }),
    );
    await expect(service.close()).rejects.toMatchObject({ code: 'KIT-10004', cause });
    expect(seen).toEqual(['closed']);
  });

  it('cuts requests off that would hold it up for ever', async () => {
    const clock = new ManualClock();
    const service = await startService(options({}, { clock }));
    const response = await fetch(`${service.url}/work/endless`);
    const body = response.text();
    const closing = service.close();
    const cutOff = expect(body).rejects.toThrow();
    await clock.advance(20_000);
    await cutOff;
    await closing;
  });
});
