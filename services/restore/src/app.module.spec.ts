import { join } from 'node:path';
import { restoreJobKey, restoreJobState, topicsOf } from '@headwater/contracts';
import type { RestoreJobBody } from '@headwater/contracts';
import { systemClock } from '@headwater/clock';
import { EmbeddedBus } from '@headwater/messaging/embedded';
import { Publisher, startService } from '@headwater/service-kit';
import type { RunningService } from '@headwater/service-kit';
import { DirectoryStore } from '@headwater/object-store/directory';
import { Repository } from '@headwater/repository';
import { eventually, temporaryDirectory } from '@headwater/testing';
import type { TemporaryDirectory } from '@headwater/testing';
import request from 'supertest';
import { AppModule } from './app.module.js';
import { readConfig, thisHost } from './config.js';
import { restoreErrors, statusOf } from './restore-errors.js';

const topics = topicsOf();

describe('the restore service', () => {
  let home: TemporaryDirectory;
  let service: RunningService;

  const start = () =>
    startService({
      name: 'restore',
      config: () =>
        readConfig({
          HEADWATER_BUS_FILE: join(home.path, 'bus.db'),
          HEADWATER_STORE_DIRECTORY: join(home.path, 'store'),
          HEADWATER_RESTORE_PORT: '0',
          HEADWATER_LOG_LEVEL: 'silent',
        }),
      module: AppModule.compose,
      statusOf,
    });

  beforeEach(async () => {
    home = await temporaryDirectory('headwater-restore-');
    // As ingest does.
    await Repository.open(await DirectoryStore.open(join(home.path, 'store')));
    service = await start();
  });

  afterEach(async () => {
    await service.close();
    await home.remove();
  });

  const body = (change: object = {}) => ({
    deploymentId: 'rs0',
    target: { kind: 'latest' },
    delivery: { kind: 'directory', path: join(home.path, 'restored') },
    ...change,
  });

  it('is ready, and has nothing to restore in an empty store', async () => {
    await eventually(async () => (await request(service.url).get('/readyz')).status === 200);
    await request(service.url).get('/v1/deployments').expect(200, { items: [] });
    await request(service.url).get('/v1/restores').expect(200, { items: [] });
  });

  it('refuses an unknown deployment or job with a problem that says what to do', async () => {
    const answers = [
      await request(service.url).get('/v1/deployments/rs0'),
      await request(service.url).get('/v1/deployments/rs0/restore-windows'),
      await request(service.url).post('/v1/restores').send(body()),
      await request(service.url).post('/v1/restores?dryRun=true').send(body()),
      await request(service.url).get('/v1/restores/none'),
      await request(service.url).get('/v1/restores/none/collections'),
      await request(service.url).post('/v1/restores/none/cancel'),
    ];
    for (const answer of answers) {
      expect(answer.status).toBe(404);
      expect(answer.type).toBe('application/problem+json');
      expect(answer.body).toMatchObject({ status: 404, solution: expect.any(String) as string });
    }
  });

  it('does not deny a job while another service of this host has them', async () => {
    await eventually(async () => (await request(service.url).get('/readyz')).status === 200);
    const second = await start();
    try {
      for (const path of ['/v1/restores', '/v1/restores/r1', '/v1/restores/r1/collections']) {
        const answer = await request(second.url).get(path).expect(503);
        expect(answer.body).toMatchObject({ code: restoreErrors.notActive.code });
      }
    } finally {
      await second.close();
    }
  });

  it('points at what is wrong in a request', async () => {
    const wrong = [
      [body({ target: { kind: 'time', time: '2026-11-23T08:00:00.5Z' } }), 'target/time'],
      [body({ delivery: { kind: 'directory', path: 'relative' } }), 'delivery/path'],
      [body({ unknown: 1 }), ''],
    ] as const;
    for (const [sent, pointer] of wrong) {
      const answer = await request(service.url).post('/v1/restores').send(sent);
      expect(answer.status).toBe(400);
      expect(JSON.stringify(answer.body)).toContain(pointer);
    }
    await request(service.url).get('/v1/deployments?limit=0').expect(400);
    await request(service.url).post('/v1/restores?dryRun=yes').send(body()).expect(400);
    await request(service.url).post('/v1/restores?dry=true').send(body()).expect(400);
    await request(service.url).get('/v1/restores?cursor=nothing').expect(400);
    await request(service.url).post('/v1/restores').type('form').send({ deploymentId: 'rs0' }).expect(400);
    await request(service.url)
      .get(`/v1/deployments/${'x'.repeat(200)}`)
      .expect(400);
    await request(service.url)
      .post('/v1/restores')
      .set('Idempotency-Key', 'x'.repeat(300))
      .send(body())
      .expect(400);
  });

  it('serves exactly what its document says', () => {
    expect(service.api.served).toEqual(service.api.documented);
  });

  it('fails a job of which the bus alone knows when its directory is gone, and says so', async () => {
    await service.close();
    const bus = await EmbeddedBus.open(join(home.path, 'bus.db'));
    const publisher = new Publisher({ bus, topics, clock: systemClock, source: '/spec' });
    await publisher.state(restoreJobState, restoreJobKey('r1'), unfinished(join(home.path, 'restored')));
    await bus.close();
    service = await start();
    const job = await eventually(async () => {
      const answer = await request(service.url).get('/v1/restores/r1');
      const found = answer.body as RestoreJobBody;
      return found.state === 'Failed' ? found : null;
    });
    expect(job.error).toMatchObject({ code: restoreErrors.targetVanished.code });
  });
});

function unfinished(path: string): RestoreJobBody {
  return {
    ...{
      id: 'r1',
      host: thisHost,
      deploymentId: 'rs0',
      state: 'Replaying',
      createdAt: '2026-11-24T08:00:00.000Z',
    },
    target: { kind: 'latest' },
    delivery: { kind: 'directory', path },
    finishedAt: null,
    plan: { chain: 'c1', base: { kind: 'block', id: 's1' }, target: { t: 1, i: 1 }, slices: 0 },
    progress: {
      phase: 'Replaying',
      bytesDone: 0,
      bytesTotal: 0,
      entriesDone: 0,
      entriesTotal: 0,
      etaSeconds: null,
    },
    restoredTo: null,
    verification: null,
    members: [],
  };
}
