import { ManualClock } from '@headwater/clock';
import { messagingErrors } from '@headwater/messaging';
import type { MessageBus } from '@headwater/messaging';
import { EmbeddedBus } from '@headwater/messaging/embedded';
import { RemakingBus } from './remaking-bus.js';

/** The embedded bus makes a topic that is new; this one has none until it is told of it. */
class BusWithoutTopics {
  readonly there = new Set<string>();

  constructor(private readonly bus: MessageBus) {}

  produce: MessageBus['produce'] = (topic, messages) =>
    this.there.has(topic)
      ? this.bus.produce(topic, messages)
      : Promise.reject(messagingErrors.unknownTopic(`there is no topic ${topic}`));
}

describe('a bus that makes its topics again', () => {
  const message = { key: 'k', headers: {}, value: null };
  const clock = new ManualClock();
  let inner: EmbeddedBus;

  beforeEach(async () => {
    inner = await EmbeddedBus.open(':memory:');
  });
  afterEach(() => inner.close());

  it('makes them once for all that miss one, and tells each of them that it was missing', async () => {
    const without = new BusWithoutTopics(inner);
    let times = 0;
    const makeTopics = (): Promise<void> => {
      times += 1;
      without.there.add('a').add('b');
      return Promise.resolve();
    };
    const bus = new RemakingBus(Object.assign(inner, { produce: without.produce }), { clock, makeTopics });
    const missed = await Promise.allSettled([bus.produce('a', [message]), bus.produce('b', [message])]);
    expect(missed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(times).toBe(1);
  });
});
