import { agentKey, agentKeyPrefix, agentState, captureKey, topicsOf } from '@headwater/contracts';
import { systemClock } from '@headwater/clock';
import { EmbeddedBus } from '@headwater/messaging/embedded';
import type { Subscription } from '@headwater/messaging';
import { eventually } from '@headwater/testing';
import { createLogger } from '../logging/logger.js';
import { Publisher } from '../publishing/publisher.js';
import { followState } from './state-following.js';

const topics = topicsOf();
const key = agentKey('rs0', 'rs0');

const state = (agentId: string) => ({
  ...{ agentId, deployment: 'rs0', replicaSet: 'rs0', replicaSetId: 'a'.repeat(24), member: 'h:1' },
  ...{ serverVersion: '6.0.5', fcv: '6.0', phase: 'waiting' as const, epoch: 0, publishedTo: null },
  ...{ syncSent: null, sync: null, sourceNewest: null, updatedAt: '2026-11-24T08:00:00.000Z' },
});

describe('a state that is followed', () => {
  let bus: EmbeddedBus;
  let publisher: Publisher;
  let following: Subscription;
  let told: string[];
  let warned: number;

  beforeEach(async () => {
    bus = await EmbeddedBus.open(':memory:');
    publisher = new Publisher({ bus, topics, clock: systemClock, source: '/spec' });
    told = [];
    warned = 0;
  });
  afterEach(async () => {
    await following.stop();
    await bus.close();
  });

  async function follow(): Promise<void> {
    const destination = {
      write: () => {
        warned++;
      },
    };
    following = await followState(
      {
        bus,
        stateTopic: topics.state,
        logger: createLogger({ service: 'spec', level: 'warn', destination }),
      },
      {
        event: agentState,
        keyPrefix: agentKeyPrefix,
        onState: (of, { agentId }) => told.push(`${of} ${agentId}`),
        onGone: (of) => told.push(`${of} gone`),
      },
    );
  }

  const say = (agentId: string) => publisher.state(agentState, key, state(agentId));
  const produce = (of: string, value: string | null) =>
    bus.produce(topics.state, [{ key: of, headers: {}, value: value === null ? null : Buffer.from(value) }]);

  it('is told as it is now before the following has begun, then as it becomes, and when it is gone', async () => {
    await say('first');
    await say('second');
    await follow();
    expect(told).toEqual([`${key} second`]);
    await say('third');
    await produce(key, null);
    await eventually(() => told.length === 3);
    expect(told).toEqual([`${key} second`, `${key} third`, `${key} gone`]);
  });

  it('stands as it was while what comes cannot be read, which is logged once', async () => {
    await say('first');
    await follow();
    await produce(key, 'torn');
    await produce(key, 'torn again');
    await produce(captureKey('rs0', 'rs0'), 'of another kind');
    await say('second');
    await eventually(() => told.length === 2);
    expect(told).toEqual([`${key} first`, `${key} second`]);
    expect(warned).toBe(1);
  });
});
