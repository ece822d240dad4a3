import { ManualClock, systemClock } from '@headwater/clock';
import type { Clock } from '@headwater/clock';
import { FaultPlan } from '@headwater/faults';
import { messagingErrors } from '@headwater/messaging';
import type { MessageBus } from '@headwater/messaging';
import { describeMessageBus } from '@headwater/messaging/conformance';
import { EmbeddedBus } from '@headwater/messaging/embedded';
import { FaultyBus } from '@headwater/messaging/faulty';
import { patiently, RetryingBus } from './index.js';

describeMessageBus('a retrying bus in front of one whose reads fail', async () => {
  const keeper = await EmbeddedBus.open(':memory:');
  const clients: MessageBus[] = [];
  const clock = systemClock;
  const another = () => {
    const plan = new FaultPlan({ seed: clients.length, rates: { consume: 0.4, watch: 0.4, latest: 0.4 } });
    const client = new RetryingBus(new FaultyBus(keeper.sibling(), { plan, clock }), { clock });
    clients.push(client);
    return Promise.resolve(client);
  };
  return {
    bus: await another(),
    another,
    dispose: async () => {
      await Promise.all(clients.map((client) => client.close()));
      await keeper.close();
    },
  };
});

describe('a retrying bus', () => {
  let plan: FaultPlan;
  let real: EmbeddedBus;

  beforeEach(async () => {
    plan = new FaultPlan();
    real = await EmbeddedBus.open(':memory:');
  });

  afterEach(() => real.close());

  const open = (clock: Clock) => new RetryingBus(new FaultyBus(real, { plan, clock }), { clock });
  const refused = { code: 'MESSAGING-10008' };

  it('does not produce again: who produces knows whether it may be there twice', async () => {
    plan.add({ operation: 'produce', kind: 'fail-after' });
    const bus = open(systemClock);
    await expect(bus.produce('t', [{ key: 'a', headers: {}, value: null }])).rejects.toMatchObject(refused);
    const keys: string[] = [];
    await real.consume({
      group: 'g',
      topics: ['t'],
      onMessage: ({ key }) => Promise.resolve(void keys.push(key)),
    });
    await bus.produce('t', [{ key: 'b', headers: {}, value: null }]);
    while (!keys.includes('b')) await systemClock.sleep(5);
    expect(keys).toEqual(['a', 'b']);
  });

  it('gives up at its deadline, and at once when it is closed', async () => {
    plan.add({ operation: 'latest', kind: 'fail-before', times: Infinity });
    const clock = new ManualClock();
    const bus = open(clock);
    const late = expect(bus.latest('t', 'a')).rejects.toMatchObject(refused);
    for (let second = 0; second < 21; second += 1) await clock.advance(1000);
    await late;
    const ended = expect(bus.latest('t', 'a')).rejects.toMatchObject({ code: 'MESSAGING-10010' });
    await clock.advance(1);
    await bus.close();
    await ended;
  });

  it('waits for brokers without an end where it is told to, until it is to stop', async () => {
    const clock = new ManualClock();
    const stopping = new AbortController();
    let tries = 0;
    const attempt = (): Promise<void> => {
      tries += 1;
      return Promise.reject(messagingErrors.unreachable('nobody is there'));
    };
    const waiting = patiently(clock, stopping.signal, attempt, { patienceWith: () => Infinity });
    const ended = expect(waiting).rejects.toThrow();
    for (let second = 0; second < 300; second += 1) await clock.advance(1000);
    expect(tries).toBeGreaterThan(50);
    stopping.abort(new Error('stop'));
    await ended;
  });
});
