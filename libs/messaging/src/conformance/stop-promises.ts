import type { Delivery, MessageBus } from '@headwater/messaging';
import { eventually, gate, messages, numbers } from './bus-harness.js';
import type { Fixture } from './bus-harness.js';

const group = 'worker';
const topics = ['orders'];
const ignore = () => Promise.resolve();

/** Holds its consumer in the handler of message 1 until the gate opens. */
async function heldConsumer(bus: MessageBus, during: (delivery: Delivery) => Promise<void>) {
  const events: string[] = [];
  const held = gate();
  const subscription = await bus.consume({
    group,
    topics,
    onMessage: async ({ key }, delivery) => {
      events.push(`begin ${key}`);
      await held.opened;
      await during(delivery);
      events.push(`end ${key} ${delivery.signal.aborted ? 'aborted' : 'on'}`);
    },
    onRevoked: () => Promise.resolve(void events.push('revoked')),
  });
  await eventually('a running handler', () => events.length === 1);
  return { events, held, subscription };
}

async function rest(bus: MessageBus): Promise<string> {
  const received: string[] = [];
  const subscription = await bus.consume({
    group,
    topics,
    onMessage: ({ key }) => Promise.resolve(void received.push(key)),
  });
  await eventually('a message', () => received.length > 0);
  await subscription.stop();
  return received[0] ?? '';
}

export function promisesOfStop(fixture: Fixture): void {
  it('awaits the running handler, lets it commit, tells it by its signal, and delivers nothing more', async () => {
    const { bus } = fixture();
    await bus.produce('orders', messages(1, 9));
    const { events, held, subscription } = await heldConsumer(bus, (delivery) => delivery.commit());
    let stopped = false;
    const stopping = subscription.stop().then(() => (stopped = true));
    expect(subscription.active).toBe(false);
    await bus.produce('orders', messages(10, 10));
    expect(stopped).toBe(false);
    held.open();
    await stopping;
    expect(events).toEqual(['begin 1', 'end 1 aborted', 'revoked']);
    expect(await rest(bus)).toBe('2');
    expect(events).toHaveLength(3);
    await subscription.stop();
  });

  it('keeps the group until the running handler has returned', async () => {
    const { bus, another } = fixture();
    await bus.produce('orders', messages(1, 2));
    const { events, held, subscription } = await heldConsumer(bus, (delivery) => delivery.commit());
    const other = await another();
    await other.consume({
      group,
      topics,
      onMessage: ({ key }) => Promise.resolve(void events.push(`other ${key}`)),
    });
    const stopping = subscription.stop();
    // Long enough for one that stands by to try: its tries are at most 250 ms apart.
    const tried = performance.now() + 600;
    await eventually('some tries', () => performance.now() > tried);
    held.open();
    await stopping;
    await eventually('the other', () => events.includes('other 2'));
    expect(events).toEqual(['begin 1', 'end 1 aborted', 'revoked', 'other 2']);
  });

  it('refuses a commit after the assignment has ended', async () => {
    const { bus } = fixture();
    await bus.produce('orders', messages(1, 2));
    const deliveries: Delivery[] = [];
    const subscription = await bus.consume({
      group,
      topics,
      onMessage: (_message, delivery) => Promise.resolve(void deliveries.push(delivery)),
    });
    await eventually('two messages', () => deliveries.length === 2);
    await subscription.stop();
    await expect(deliveries[1]?.commit()).rejects.toMatchObject({ code: 'MESSAGING-10009' });
    expect(await rest(bus)).toBe('1');
  });

  it('lets handlers that run while the bus closes produce and commit', async () => {
    const { bus, another } = fixture();
    const other = await another();
    await bus.produce('orders', messages(1, 3));
    const { events, held } = await heldConsumer(bus, async (delivery) => {
      await bus.produce('orders', messages(4, 4));
      await delivery.commit();
    });
    const closing = bus.close();
    held.open();
    await closing;
    expect(events).toEqual(['begin 1', 'end 1 aborted', 'revoked']);
    const received: string[] = [];
    await other.consume({ group, topics, onMessage: ({ key }) => Promise.resolve(void received.push(key)) });
    await eventually('the rest', () => received.length === 3);
    expect(received).toEqual(numbers(2, 4));
  });

  it('lets calls that were begun end, and refuses later ones', async () => {
    const { bus, another } = fixture();
    const other = await another();
    const begun = [bus.produce('orders', messages(1, 2)), bus.produce('orders', messages(3, 3))];
    await Promise.all([bus.close(), bus.close()]);
    await Promise.all(begun);
    expect((await other.latest('orders', '3'))?.key).toBe('3');
    const refused = { code: 'MESSAGING-10010' };
    await expect(bus.produce('orders', messages(4, 4))).rejects.toMatchObject(refused);
    await expect(bus.latest('orders', '1')).rejects.toMatchObject(refused);
    await expect(bus.consume({ group, topics, onMessage: ignore })).rejects.toMatchObject(refused);
    await expect(bus.watch({ topic: 'orders', keyPrefix: '', onValue: ignore })).rejects.toMatchObject(
      refused,
    );
  });
}
