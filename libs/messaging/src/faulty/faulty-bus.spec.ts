import { systemClock } from '@headwater/clock';
import { FaultPlan } from '@headwater/faults';
import type { FaultPlanOptions, ScriptedFault } from '@headwater/faults';
import type { IncomingMessage, MessageBus } from '@headwater/messaging';
import { describeMessageBus } from '@headwater/messaging/conformance';
import { EmbeddedBus } from '@headwater/messaging/embedded';
import { FaultyBus } from './index.js';

function conforms(name: string, options: FaultPlanOptions): void {
  describeMessageBus(name, async () => {
    const keeper = await EmbeddedBus.open(':memory:');
    const clients: MessageBus[] = [];
    const another = () => {
      const client = new FaultyBus(keeper.sibling(), { plan: new FaultPlan(options), clock: systemClock });
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
}

conforms('a faulty bus to which nothing happens', {});

async function eventually(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error('did not come to pass in time');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('a faulty bus', () => {
  let real: EmbeddedBus;
  let bus: FaultyBus;
  let plan: FaultPlan;

  beforeEach(async () => {
    real = await EmbeddedBus.open(':memory:');
    plan = new FaultPlan();
    bus = new FaultyBus(real, { plan, clock: systemClock });
  });

  afterEach(() => bus.close());

  const message = (key: string) => ({ key, headers: {}, value: Buffer.from(key) });
  const send = (key: string) => bus.produce('orders', [message(key)]);
  const refused = { code: 'MESSAGING-10008', retryable: true };
  const happens = (...script: ScriptedFault[]) => {
    for (const fault of script) plan.add(fault);
  };

  /** Everything that a group is told, and commits of what it was told. */
  async function consumed(commits = true) {
    const events: string[] = [];
    const errors: unknown[] = [];
    const subscription = await bus.consume({
      group: 'worker',
      topics: ['orders'],
      onAssigned: () => Promise.resolve(void events.push('assigned')),
      onMessage: async ({ key, value }, delivery) => {
        events.push(`${key}=${String(value)}`);
        value?.fill('x');
        if (commits) await delivery.commit();
      },
      onRevoked: () => Promise.resolve(void events.push('revoked')),
      onError: (error) => errors.push(error),
    });
    return { events, errors, subscription };
  }

  it('refuses messages, or loses the answer after they were appended', async () => {
    happens({ operation: 'produce', kind: 'fail-before' }, { operation: 'produce', kind: 'fail-after' });
    await expect(send('1')).rejects.toMatchObject(refused);
    expect(await real.latest('orders', '1')).toBeNull();
    await expect(send('2')).rejects.toMatchObject(refused);
    expect((await real.latest('orders', '2'))?.key).toBe('2');
  });

  it('holds up what is behind a call that is held up: the order stays', async () => {
    happens({ operation: 'produce', kind: 'delay', call: 2, times: 3 });
    await Promise.all(Array.from({ length: 9 }, (_, n) => send(String(n))));
    const received: IncomingMessage[] = [];
    await real.watch({ topic: 'orders', keyPrefix: '', onValue: (each) => void received.push(each) });
    expect(received.map(({ key }) => key)).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8']);
  });

  it('delivers again what failed, before the handler or after it', async () => {
    happens(
      { operation: 'deliver', kind: 'fail-before', call: 1 },
      { operation: 'deliver', kind: 'fail-after', call: 3 },
    );
    const { events, errors } = await consumed(false);
    await send('1');
    await send('2');
    await eventually(() => events.length === 4);
    expect(events).toEqual(['assigned', '1=1', '2=2', '2=2']);
    expect(errors).toMatchObject([refused, refused]);
  });

  it('does not deliver again what was committed before it failed', async () => {
    happens({ operation: 'deliver', kind: 'fail-after', times: 2 });
    const { events, errors } = await consumed();
    for (const key of ['1', '2', '3']) await send(key);
    await eventually(() => events.includes('3=3'));
    expect(events).toEqual(['assigned', '1=1', '2=2', '3=3']);
    expect(errors).toEqual([]);
  });

  it('delivers twice what is not committed, and what is committed once', async () => {
    happens({ operation: 'deliver', kind: 'repeat', times: 2 });
    const open = await consumed(false);
    await send('1');
    await eventually(() => open.events.length === 3);
    expect(open.events).toEqual(['assigned', '1=1', '1=1']);
    await open.subscription.stop();
    const { events } = await consumed();
    await send('2');
    await eventually(() => events.includes('2=2'));
    expect(events).toEqual(['assigned', '1=1', '2=2']);
  });

  it('ends an assignment in the middle of a handler, and begins another after the last commit', async () => {
    happens({ operation: 'deliver', kind: 'cut', call: 2 });
    const { events, subscription } = await consumed();
    for (const key of ['1', '2', '3']) await send(key);
    await eventually(() => events.includes('3=3'));
    expect(events).toEqual(['assigned', '1=1', '2=2', 'revoked', 'assigned', '3=3']);
    expect(subscription.active).toBe(true);
  });

  it('tells an assignment that failed before it was told', async () => {
    happens({ operation: 'assign', kind: 'fail-before', times: 2 });
    const { events, errors } = await consumed();
    await send('1');
    await eventually(() => events.includes('1=1'));
    expect(events).toEqual(['assigned', '1=1']);
    expect(errors).toHaveLength(2);
  });

  it('loses the answer to a commit that counts', async () => {
    happens({ operation: 'commit', kind: 'fail-after' });
    const first = await consumed();
    await send('1');
    await eventually(() => first.errors.length === 1);
    await first.subscription.stop();
    const { events } = await consumed();
    await send('2');
    await eventually(() => events.includes('2=2'));
    expect(events).toEqual(['assigned', '2=2']);
  });

  it('shows a watcher nothing out of order, whatever fails', async () => {
    const seeded = new FaultyBus(real.sibling(), {
      plan: new FaultPlan({ seed: 3, rates: { show: 0.5 } }),
      clock: { ...systemClock, sleep: () => Promise.resolve() },
    });
    for (const key of ['1', '2', '3', '4', '5', '6']) await send(key);
    const shown: string[] = [];
    await seeded.watch({ topic: 'orders', keyPrefix: '', onValue: ({ key }) => void shown.push(key) });
    expect([...new Set(shown)]).toEqual(['1', '2', '3', '4', '5', '6']);
    expect(shown).toEqual([...shown].sort());
    expect(shown.length).toBeGreaterThan(6);
    await seeded.close();
  });

  it('refuses to consume, to watch and to look up', async () => {
    for (const operation of ['consume', 'watch', 'latest']) happens({ operation, kind: 'fail-before' });
    await expect(consumed()).rejects.toMatchObject(refused);
    await expect(
      bus.watch({ topic: 'orders', keyPrefix: '', onValue: () => undefined }),
    ).rejects.toMatchObject(refused);
    await expect(bus.latest('orders', '1')).rejects.toMatchObject(refused);
  });
});
