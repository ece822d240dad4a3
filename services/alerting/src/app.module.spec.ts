import { join } from 'node:path';
import { systemClock } from '@headwater/clock';
import {
  agentAnnounced,
  agentKey,
  agentState,
  captureKey,
  captureState,
  topicsOf,
} from '@headwater/contracts';
import type { ReplicaSetHealthBody } from '@headwater/contracts';
import { EmbeddedBus } from '@headwater/messaging/embedded';
import { Publisher, startService } from '@headwater/service-kit';
import type { RunningService } from '@headwater/service-kit';
import { agentStateOf, captureStateOf, eventually, temporaryDirectory } from '@headwater/testing';
import type { TemporaryDirectory } from '@headwater/testing';
import request from 'supertest';
import { statusOf } from './alerting-errors.js';
import { AppModule } from './app.module.js';
import { readConfig } from './config.js';

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

  const say = (change: Parameters<typeof agentStateOf>[0]) => {
    const state = agentStateOf({ updatedAt: systemClock.now().toISOString(), ...change });
    return publisher.state(agentState, agentKey(state.deployment, state.replicaSet), state);
  };

  it('is ready, and knows of nothing on an empty bus', async () => {
    const url = await start(':memory:');
    await eventually(async () => (await request(url).get('/readyz')).status === 200);
    await request(url).get('/v1/events').expect(200, { items: [] });
    await request(url).get('/v1/replica-sets').expect(200, { items: [] });
    const answer = await request(url).get('/v1/replica-sets/rs0/rs0').expect(404);
    expect(answer.type).toBe('application/problem+json');
    expect(answer.body).toMatchObject({ code: 'ALERTING-10001' });
  });

  it('knows with its first answer what was said before it started, and then what is said later', async () => {
    await say({ phase: 'tailing', sourceNewest: at(130), publishedTo: at(128) });
    await publisher.state(captureState, captureKey('rs0', 'rs0'), captureStateOf());
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

  it('shows the same figures as metrics, and none that nobody measures', async () => {
    await say({ phase: 'tailing', sourceNewest: at(130), publishedTo: at(128) });
    const url = await start();
    const { text } = await request(url).get('/metrics').expect(200);
    const labels = '{deployment="rs0",replicaSet="rs0",service="alerting"}';
    expect(text).toContain(`headwater_oplog_lag_seconds${labels} 2`);
    expect(text).toMatch(new RegExp(`headwater_agent_last_seen_seconds${labels} [0-9.]+`));
    expect(text).not.toContain('headwater_archive_lag_seconds{');
  });

  it('lists what happened before and after its start, newest first and page by page', async () => {
    const happen = (id: string) =>
      publisher.event(agentAnnounced, { deployment: 'rs0', id }, { ...agentStateOf(), agentId: id });
    await happen('first');
    await happen('second');
    const url = await start();
    await eventually(async () => (await request(url).get('/readyz')).status === 200);
    await happen('third');
    const page = await eventually(async () => {
      const answer = await request(url).get('/v1/events?limit=2').expect(200);
      const { items } = answer.body as { items: { id: string }[] };
      return items[0]?.id === 'third' ? (answer.body as { nextCursor: string }) : null;
    });
    expect(page).toMatchObject({ items: [{ id: 'third' }, { id: 'second' }] });
    const rest = await request(url).get(`/v1/events?limit=2&cursor=${page.nextCursor}`).expect(200);
    expect(rest.body).toMatchObject({
      items: [{ id: 'first', type: agentAnnounced.type, subject: 'rs0', data: { agentId: 'first' } }],
    });
  });

  it('stands by, and says nothing of events, while another one is active', async () => {
    const first = await start();
    await eventually(async () => (await request(first).get('/readyz')).status === 200);
    const active = service;
    const second = await start();
    try {
      await request(second).get('/readyz').expect(503);
      const answer = await request(second).get('/v1/events').expect(503);
      expect(answer.body).toMatchObject({ code: 'ALERTING-10002', retryable: true });
      await request(second).get('/v1/replica-sets').expect(200);
    } finally {
      await active?.close();
    }
    await eventually(async () => (await request(second).get('/v1/events')).status === 200);
  });

  it('serves exactly what its document says', async () => {
    await start(':memory:');
    expect(service?.api.served).toEqual(service?.api.documented);
  });
});
