import { join } from 'node:path';
import { systemClock } from '@headwater/clock';
import { agentKey, agentState, captureKey, captureState, topicsOf } from '@headwater/contracts';
import type { AgentState } from '@headwater/contracts';
import { EmbeddedBus } from '@headwater/messaging/embedded';
import { Publisher, startService } from '@headwater/service-kit';
import type { RunningService } from '@headwater/service-kit';
import { agentStateOf, captureStateOf, eventually, temporaryDirectory } from '@headwater/testing';
import type { TemporaryDirectory } from '@headwater/testing';
import request from 'supertest';
import { AppModule } from './app.module.js';
import { readConfig } from './config.js';
import { statusOf } from './coordinator-errors.js';

const topics = topicsOf();

describe('the shard-coordinator', () => {
  let home: TemporaryDirectory;
  let bus: EmbeddedBus;
  let publisher: Publisher;
  let service: RunningService | null = null;

  beforeEach(async () => {
    home = await temporaryDirectory('headwater-coordinator-');
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
      name: 'shard-coordinator',
      config: () =>
        readConfig({
          HEADWATER_BUS_FILE: busFile,
          HEADWATER_SHARD_COORDINATOR_PORT: '0',
          HEADWATER_LOG_LEVEL: 'silent',
        }),
      module: AppModule.compose,
      statusOf,
    });
    return service.url;
  }

  const say = (state: AgentState) =>
    publisher.state(agentState, agentKey(state.deployment, state.replicaSet), state);

  it('is ready, and knows of nothing on an empty bus', async () => {
    const url = await start(':memory:');
    await request(url).get('/readyz').expect(200);
    await request(url).get('/v1/deployments').expect(200, { items: [] });
    const answer = await request(url).get('/v1/deployments/rs0').expect(404);
    expect(answer.type).toBe('application/problem+json');
    expect(answer.body).toMatchObject({ code: 'COORDINATOR-10001' });
  });

  it('knows with its first answer what was said before it started, and then what is said later', async () => {
    await say(agentStateOf({ deployment: 'a', cluster: null }));
    await publisher.state(captureState, captureKey('a', 'rs0'), captureStateOf({ deployment: 'a' }));
    const url = await start();
    const first = await request(url).get('/v1/deployments').expect(200);
    expect(first.body).toEqual({
      items: [
        {
          id: 'a',
          kind: 'replica-set',
          replicaSets: [
            {
              ...{ name: 'rs0', replicaSetId: 'a'.repeat(24), cluster: null },
              ...{ serverVersion: '6.0.5', fcv: '6.0', order: 'tail', chain: 'c1' },
            },
          ],
        },
      ],
    });
    const cluster = { role: 'shard', clusterId: 'c'.repeat(24), shard: 's0' } as const;
    await say(agentStateOf({ deployment: 'b', cluster }));
    await eventually(async () => {
      const answer = await request(url).get('/v1/deployments/b');
      return (answer.body as { kind?: string }).kind === 'sharded-cluster';
    });
  });

  it('gives its list page by page, and refuses what is no id', async () => {
    for (const deployment of ['a', 'b', 'c']) {
      await say(agentStateOf({ deployment }));
    }
    const url = await start();
    const first = await request(url).get('/v1/deployments?limit=2').expect(200);
    const page = first.body as { items: { id: string }[]; nextCursor: string };
    expect(page.items.map(({ id }) => id)).toEqual(['a', 'b']);
    const second = await request(url).get(`/v1/deployments?cursor=${page.nextCursor}`).expect(200);
    expect(second.body).toMatchObject({ items: [{ id: 'c' }] });
    await request(url)
      .get(`/v1/deployments/${'x'.repeat(200)}`)
      .expect(400);
  });

  it('serves exactly what its document says', async () => {
    await start(':memory:');
    expect(service?.api.served).toEqual(service?.api.documented);
  });
});
