import { openApiOf } from '@headwater/contracts';
import { defineErrors } from '@headwater/errors';
import { Body, Controller, Get, HttpCode, Module, Param, Post, Query, Res } from '@nestjs/common';
import type { Response } from 'express';
import request from 'supertest';
import { z } from 'zod';
import { createLogger } from '../logging/logger.js';
import { startService } from '../service/start-service.js';
import type { RunningService } from '../service/start-service.js';

const errors = defineErrors('RESTSPEC', {
  targetRefused: { number: 10001, solution: 'Choose another target.' },
  busAway: { number: 10002, retryable: true, solution: 'Wait.' },
});

const targetSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('latest') }),
  z.strictObject({ kind: z.literal('time'), time: z.iso.datetime({ offset: true }) }),
]);
const restoreSchema = z.strictObject({ deploymentId: z.string().min(1), target: targetSchema });
const pageSchema = z.object({ limit: z.coerce.number().int().min(1).max(100).default(20) });

@Controller('v1/restores')
class RestoreController {
  @Post()
  @HttpCode(202)
  create(@Body({ schema: restoreSchema }) restore: z.output<typeof restoreSchema>) {
    return { id: restore.deploymentId, state: 'Planned' };
  }

  @Get()
  list(@Query({ schema: pageSchema }) page: z.output<typeof pageSchema>) {
    return { items: [], ...page };
  }

  @Get('refused')
  refused() {
    throw errors.targetRefused('nothing is stored there', { details: { nearestBefore: { t: 1, i: 2 } } });
  }

  @Get('away')
  away() {
    throw errors.busAway('no broker');
  }

  @Get('broken')
  broken() {
    throw new TypeError('password hunter2 has no property x');
  }

  @Get('torn')
  torn(@Res() response: Response) {
    response.write('half of the bo');
    throw new Error('the disk failed');
  }

  @Get(':id')
  find(@Param('id', { schema: z.string().regex(/^[a-z]+$/, 'must be lower-case letters') }) id: string) {
    return { id, state: 'Ready' };
  }
}

@Module({ controllers: [RestoreController] })
class RestModule {}

describe('a REST service on the kit', () => {
  let service: RunningService;
  const log: string[] = [];

  beforeAll(async () => {
    service = await startService({
      name: 'restore',
      config: () => ({ host: '127.0.0.1', port: 0, logLevel: 'info' }),
      logger: createLogger({
        service: 'restore',
        level: 'info',
        destination: { write: (line) => log.push(line) },
      }),
      module: ({ metrics }) => {
        metrics.gauge({ name: 'headwater_restore_jobs', help: 'Jobs.' }).set(3);
        return { module: RestModule };
      },
      statusOf: (code) => (code === 'RESTSPEC-10001' ? 409 : undefined),
    });
  });
  afterAll(() => service.close());

  const api = () => request(service.url);

  it('takes what its schemas allow, and gives a handler what they make of it', async () => {
    const target = { kind: 'time', time: '2026-11-23T08:00:00Z' };
    await api()
      .post('/v1/restores')
      .send({ deploymentId: 'd', target })
      .expect(202, { id: 'd', state: 'Planned' });
    await api().get('/v1/restores').expect(200, { items: [], limit: 20 });
    await api().get('/v1/restores?limit=7').expect(200, { items: [], limit: 7 });
    await api().get('/v1/restores/abc').expect(200);
  });

  it('refuses anything else with a pointer to every fault', async () => {
    const body = { deploymentId: '', target: { kind: 'time', time: 'soon' }, 'a/b': 1 };
    const answer = await api().post('/v1/restores').send(body).expect(400);
    expect(answer.type).toBe('application/problem+json');
    expect(answer.body).toMatchObject({ type: 'about:blank', title: 'Bad Request', status: 400 });
    const { errors: faults } = answer.body as { errors: { in: string; pointer: string; message: string }[] };
    expect(faults.map((fault) => [fault.in, fault.pointer])).toEqual([
      ['body', '/deploymentId'],
      ['body', '/target/time'],
      ['body', ''],
    ]);
    expect(faults.map((fault) => fault.message).join()).toContain('a/b');
  });

  it('points into queries and parameters too', async () => {
    const page = await api().get('/v1/restores?limit=0').expect(400);
    expect(page.body).toMatchObject({ errors: [{ in: 'query', pointer: '/limit' }] });
    const job = await api().get('/v1/restores/ABC').expect(400);
    expect(job.body).toMatchObject({
      errors: [{ in: 'param', pointer: '/id', message: 'must be lower-case letters' }],
    });
  });

  it('answers 400 to a body that is no JSON, and to none at all', async () => {
    const post = () => api().post('/v1/restores').type('json');
    const broken = await post().send('{"deploymentId": ').expect(400);
    expect(broken.type).toBe('application/problem+json');
    expect(broken.body).toMatchObject({ title: 'Bad Request', status: 400 });
    await post().expect(400);
  });

  it('tells code, solution and details of an error of ours, with the status of the service', async () => {
    const answer = await api().get('/v1/restores/refused').expect(409);
    expect(answer.type).toBe('application/problem+json');
    expect(answer.body).toMatchObject({
      type: 'docs/errors.md#restspec-10001',
      detail: 'nothing is stored there',
      code: 'RESTSPEC-10001',
      solution: 'Choose another target.',
      retryable: false,
      nearestBefore: { t: 1, i: 2 },
    });
  });

  it('asks to try again where that can help', async () => {
    await api().get('/v1/restores/away').expect(503).expect('retry-after', '1');
  });

  it('keeps an unknown error to its log', async () => {
    const answer = await api().get('/v1/restores/broken').expect(500);
    expect(JSON.stringify(answer.body)).not.toContain('hunter2');
    const line = log.find((text) => text.includes('hunter2'));
    expect(JSON.parse(line ?? '{}')).toMatchObject({
      level: 'error',
      logId: 'http.failed',
      path: '/v1/restores/broken',
      err: { type: 'TypeError', stack: expect.stringContaining('rest.spec') as string },
    });
  });

  it('breaks the connection off when an error comes in the middle of a body', async () => {
    await expect(api().get('/v1/restores/torn')).rejects.toThrow(/aborted|hang up/);
  });

  it('answers 404 with a problem where nothing is', async () => {
    const answer = await api().get('/v2/nothing').expect(404);
    expect(answer.type).toBe('application/problem+json');
    expect(answer.body).toMatchObject({ title: 'Not Found' });
    expect(answer.headers).not.toHaveProperty('x-powered-by');
  });

  it('serves its metrics and its health', async () => {
    const metrics = await api().get('/metrics').expect(200);
    expect(metrics.type).toBe('text/plain');
    expect(metrics.text).toContain('headwater_restore_jobs{service="restore"} 3');
    await api().get('/livez').expect(200, { status: 'ok' });
    await api().get('/readyz').expect(200, { status: 'ok' });
  });

  it('serves the document that contracts has of it', async () => {
    const { body } = (await api().get('/docs-json').expect(200)) as { body: object };
    expect(body).toEqual(openApiOf('restore'));
    await api().get('/docs').redirects(1).expect(200).expect('content-type', /html/);
  });

  it('tells what it really routes, with the schemas that validate it', () => {
    const { served, documented } = service.api;
    expect(Object.keys(served)).toEqual(expect.arrayContaining(['GET /livez', 'GET /v1/restores/torn']));
    expect(served['GET /v1/restores']).toEqual({ parameters: ['query limit'], body: null });
    expect(served['POST /v1/restores']).toMatchObject({
      body: { properties: { target: { oneOf: [{}, { required: ['kind', 'time'] }] } } },
    });
    expect(documented['POST /v1/restores']).not.toEqual(served['POST /v1/restores']);
  });
});
