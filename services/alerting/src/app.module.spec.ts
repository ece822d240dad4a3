import { join } from 'node:path';
import { systemClock } from '@headwater/clock';
import { agentKey, agentState, captureKey, captureState, topicsOf } from '@headwater/contracts';
import type { ReplicaSetHealthBody } from '@headwater/contracts';
import { EmbeddedBus } from '@headwater/messaging/embedded';
import { Publisher, startService } from '@headwater/service-kit';
import type { RunningService } from '@headwater/service-kit';
import { eventually, temporaryDirectory } from '@headwater/testing';
import type { TemporaryDirectory } from '@headwater/testing';
import request from 'supertest';
import { statusOf } from './alerting-errors.js';
import { AppModule } from './app.module.js';
import { readConfig } from './config.js';
import { agentOf, captureOf } from './spec-support/said.js';

const topics = topicsOf();
const at = (t: number) => ({ ts: { t, i: 1 }, term: 1 });

describe('the alerting service', () => {
  let home: TemporaryDirectory;
  let bus: EmbeddedBus;
  let publisher: Publisher;
  let service: RunningService | null = null;

  beforeEach(async () => {
    home = await temporaryDirectory('headwater-alerting-');
    bus = await EmbeddedBus.open(join(home.path, 'bus.db'));
    publisher = new Publisher({ bus, topics, clock: systemClock, source: '/spec' });
  });
  afterEach(async () => {
    await service?.close();
    service = null;
    await bus.close();
    await home.remove();
  });

  async function start(busFile = join(home.path, 'bus.db')): Promise<string> {
    service = await startService({
      name: 'alerting',
      config: () =>
        readConfig({
          HEADWATER_BUS_FILE: busFile,
          HEADWATER_ALERTING_PORT: '0',
          HEADWATER_LOG_LEVEL: 'silent',
        }),
      module: AppModule.compose,
      statusOf,
    });
    return service.url;
  }

  const say = (change: Parameters<typeof agentOf>[0]) => {
    const state = agentOf({ updatedAt: systemClock.now().toISOString(), ...change });
    return publisher.state(agentState, agentKey(state.deployment, state.replicaSet), state);
  };

  it('is ready, and knows of nothing on an empty bus', async () => {
    const url = await start(':memory:');
    await request(url).get('/readyz').expect(200);
    await request(url).get('/v1/replica-sets').expect(200, { items: [] });
    const answer = await request(url).get('/v1/replica-sets/rs0/rs0').expect(404);
    expect(answer.type).toBe('application/problem+json');
    expect(answer.body).toMatchObject({ code: 'ALERTING-10001' });
  });

  it('knows with its first answer what was said before it started, and then what is said later', async () => {
    await say({ phase: 'tailing', sourceNewest: at(130), publishedTo: at(128) });
    await publisher.state(captureState, captureKey('rs0', 'rs0'), captureOf());
    const url = await start();
    const first = await request(url).get('/v1/replica-sets').expect(200);
    expect(first.body).toMatchObject({
      items: [
        {
          ...{ deployment: 'rs0', replicaSet: 'rs0', oplogLagSeconds: 2, archiveLagSeconds: 30 },
          agent: { agentId: 'spec', phase: 'tailing', trouble: null },
          newestSnapshot: null,
        },
      ],
    });
    await say({ phase: 'source-unreachable', trouble: 'gone' });
    await eventually(async () => {
      const answer = await request(url).get('/v1/replica-sets/rs0/rs0');
      const health = answer.body as ReplicaSetHealthBody;
      return health.agent?.trouble === 'gone' && health.oplogLagSeconds === null;
    });
  });

  it('describes itself', async () => {
    const document = await request(await start(':memory:'))
      .get('/docs-json')
      .expect(200);
    expect(Object.keys((document.body as { paths: object }).paths)).toEqual([
      '/v1/replica-sets',
      '/v1/replica-sets/{deployment}/{replicaSet}',
    ]);
  });
});
