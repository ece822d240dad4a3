import { ManualClock } from '@headwater/clock';
import { agentAnnounced, decodeCloudEvent, decodeJsonEvent, topicsOf } from '@headwater/contracts';
import { EmbeddedBus } from '@headwater/messaging/embedded';
import { Publisher } from './publisher.js';

const topics = topicsOf('acme');
const data = {
  deployment: 'my shop',
  replicaSet: 'rs0',
  agentId: 'a1',
  replicaSetId: '65f0',
  member: 'h:1',
  serverVersion: '6.0.5',
  fcv: '6.0',
};

describe('Publisher', () => {
  let bus: EmbeddedBus;
  let publisher: Publisher;

  beforeEach(async () => {
    bus = await EmbeddedBus.open(':memory:');
    const clock = new ManualClock(new Date('2026-11-24T08:00:00Z'));
    publisher = new Publisher({ bus, topics, clock, source: '/headwater/agent/a1' });
  });
  afterEach(() => bus.close());

  it('publishes a fact under its deployment, with the id it was given', async () => {
    await publisher.event(agentAnnounced, { deployment: 'my shop', id: 'announced-1' }, data);
    const message = await bus.latest(topics.events, 'my%20shop');
    expect(message).not.toBeNull();
    if (message === null) return;
    expect(decodeJsonEvent(agentAnnounced, message)).toEqual({ ok: true, value: data });
    expect(decodeCloudEvent(message)).toMatchObject({
      value: { id: 'announced-1', source: '/headwater/agent/a1', time: new Date('2026-11-24T08:00:00Z') },
    });
  });

  it('publishes a state under its own key, where the latest one counts', async () => {
    await publisher.state(agentAnnounced, 'agent/a1', data);
    await publisher.state(agentAnnounced, 'agent/a1', { ...data, member: 'h:2' });
    const message = await bus.latest(topics.state, 'agent/a1');
    expect(message === null ? null : decodeJsonEvent(agentAnnounced, message)).toMatchObject({
      value: { member: 'h:2' },
    });
  });
});
