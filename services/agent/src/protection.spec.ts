import { ManualClock } from '@headwater/clock';
import { agentKeyPrefix } from '@headwater/contracts';
import { messagingErrors } from '@headwater/messaging';
import { EmbeddedBus } from '@headwater/messaging/embedded';
import { eventually } from '@headwater/testing';
import { protect } from './protection.js';
import { identity, partsOn, replicaSetId, topics, unanswered } from './spec-support/agent-parts.js';
import { FaultyBus } from './spec-support/faulty-bus.js';
import { ScriptedIngest } from './spec-support/scripted-ingest.js';

describe('an active agent', () => {
  let bus: FaultyBus;
  let ingest: ScriptedIngest;

  beforeEach(async () => {
    bus = new FaultyBus(await EmbeddedBus.open(':memory:'));
    ingest = await ScriptedIngest.start(bus, replicaSetId);
  });
  afterEach(() => bus.close());

  it('says at least every five seconds that it lives, though it has no order', async () => {
    const clock = new ManualClock();
    const activity = await protect(partsOn(bus, unanswered, { clock }), { deployment: 'rs0', identity });
    for (let second = 0; second < 30; second += 1) {
      await clock.advance(1000);
      await eventually(() => bus.latest(topics.state, 'agent/rs0/rs0'));
    }
    await activity.stop();
    await eventually(() => ingest.states.length > 5);
    const times = ingest.states.map(({ updatedAt }) => Date.parse(updatedAt));
    const pauses = [...times.slice(1), clock.nowMillis()].map((time, n) => time - (times[n] ?? 0));
    expect(Math.max(...pauses)).toBeLessThanOrEqual(5000);
  });

  it('leaves its last note behind when it stops', async () => {
    const parts = partsOn(bus, unanswered);
    const activity = await protect(parts, { deployment: 'rs0', identity });
    bus.before = (_topic, [message]) => {
      if (message?.key.startsWith(agentKeyPrefix) === true) {
        throw messagingErrors.diskFull('full');
      }
    };
    const archivedTo = { ts: { t: 100, i: 1 }, term: 1 };
    await ingest.order({ epoch: 7, order: 'tail', tail: { chain: 'c', archivedTo } });
    await eventually(() => parts.log.with('agent.state-refused').length > 1);
    bus.before = () => undefined;
    await activity.stop();
    await eventually(() => ingest.agent?.epoch === 7);
    expect(ingest.agent?.publishedTo).toEqual(archivedTo);
  });
});
