import type { Delivery, IncomingMessage } from '@headwater/messaging';
import { eventually, gate, keysOf, message, messages, numbers } from './bus-harness.js';
import type { Fixture } from './bus-harness.js';

const accept = () => Promise.resolve();

export function promisesOfConsume(fixture: Fixture): void {
  it('begins at the oldest message where the group never committed, and goes on with those to come', async () => {
    const { bus, another } = fixture();
    const producer = await another();
    await producer.produce('orders', messages(1, 3));
    const received: string[] = [];
    await bus.consume({
      group: 'late',
      topics: ['orders', 'not-made-yet'],
      onMessage: ({ key }) => Promise.resolve(void received.push(key)),
    });
    await eventually('the backlog', () => received.length === 3);
    await producer.produce('orders', messages(4, 5));
    await eventually('the later ones', () => received.length === 5);
    await producer.produce('not-made-yet', messages(6, 6));
    await eventually('all', () => received.length === 6);
    expect(received).toEqual(numbers(1, 6));
  });

  it('delivers again what was not committed, and never what was', async () => {
    const { bus } = fixture();
    await bus.produce('orders', messages(1, 10));
    const first: string[] = [];
    const subscription = await bus.consume({
      group: 'worker',
      topics: ['orders'],
      onMessage: async ({ key }, delivery) => {
        first.push(key);
        if (key === '4') await delivery.commit();
      },
    });
    await eventually('ten messages', () => first.length === 10);
    await subscription.stop();
    const second: string[] = [];
    await bus.consume({
      group: 'worker',
      topics: ['orders'],
      onMessage: ({ key }) => Promise.resolve(void second.push(key)),
    });
    await eventually('the rest', () => second.length === 6);
    expect(second).toEqual(numbers(5, 10));
  });

  it('keeps commits for clients that come after the one that made them', async () => {
    const { bus, another } = fixture();
    await bus.produce('orders', messages(1, 3));
    let handled = 0;
    await bus.consume({
      group: 'worker',
      topics: ['orders'],
      onMessage: async ({ key }, delivery) => {
        if (key === '2') await delivery.commit();
        handled += 1;
      },
    });
    await eventually('three messages', () => handled === 3);
    await bus.close();
    const received: string[] = [];
    const later = await another();
    await later.consume({
      group: 'worker',
      topics: ['orders'],
      onMessage: ({ key }) => Promise.resolve(void received.push(key)),
    });
    await eventually('the rest', () => received.length === 1);
    expect(received).toEqual(['3']);
  });

  it('takes a commit below what is committed for nothing', async () => {
    const { bus } = fixture();
    await bus.produce('orders', messages(1, 4));
    const deliveries: Delivery[] = [];
    const subscription = await bus.consume({
      group: 'worker',
      topics: ['orders'],
      onMessage: (_message, delivery) => Promise.resolve(void deliveries.push(delivery)),
    });
    await eventually('four messages', () => deliveries.length === 4);
    await deliveries[2]?.commit();
    await deliveries[0]?.commit();
    await subscription.stop();
    const again: string[] = [];
    await bus.consume({
      group: 'worker',
      topics: ['orders'],
      onMessage: ({ key }) => Promise.resolve(void again.push(key)),
    });
    await eventually('the rest', () => again.length > 0);
    expect(again).toEqual(['4']);
  });

  it('gives every group every message, each with its own commits', async () => {
    const { bus, another } = fixture();
    const received: Record<string, string[]> = { a: [], b: [] };
    for (const group of ['a', 'b']) {
      const client = await another();
      await client.consume({
        group,
        topics: ['orders'],
        onMessage: async ({ key }, delivery) => {
          received[group]?.push(key);
          if (group === 'a') await delivery.commit();
        },
      });
    }
    await bus.produce('orders', messages(1, 20));
    await eventually('all for both', () => received.a?.length === 20 && received.b?.length === 20);
    expect(received).toEqual({ a: numbers(1, 20), b: numbers(1, 20) });
  });

  it('delivers again, in place and in order, what the handler threw at, and reports it', async () => {
    const { bus } = fixture();
    await bus.produce('orders', messages(1, 4));
    const seen: string[] = [];
    const errors: unknown[] = [];
    await bus.consume({
      group: 'worker',
      topics: ['orders'],
      onMessage: ({ key, value }) => {
        seen.push(`${key}=${String(value)}`);
        value?.fill('x'); // A handler that spoils its copy spoils no later delivery.
        return seen.length < 5 && key === '2' ? Promise.reject(new Error(`not now: ${key}`)) : accept();
      },
      onError: (error) => errors.push(error),
    });
    await eventually('the last', () => seen.at(-1) === '4=4');
    expect(seen).toEqual(['1=1', '2=2', '2=2', '2=2', '2=2', '3=3', '4=4']);
    expect(errors.map(String)).toEqual(Array(3).fill('Error: not now: 2'));
  });

  it('lets the other topics of a subscription go on while one waits to be delivered again', async () => {
    const { bus } = fixture();
    await bus.produce('stuck', messages(1, 1));
    const free: string[] = [];
    let tries = 0;
    let isTaken = false;
    await bus.consume({
      group: 'worker',
      topics: ['stuck', 'free'],
      onMessage: ({ topic, key }) => {
        if (topic === 'free') {
          free.push(key);
          return accept();
        }
        tries += 1;
        isTaken = free.length === 200;
        return isTaken ? accept() : Promise.reject(new Error('not yet'));
      },
    });
    await eventually('the first try', () => tries > 0);
    await bus.produce('free', messages(1, 200));
    await eventually('the free topic', () => free.length === 200);
    expect(free).toEqual(numbers(1, 200));
    expect(tries).toBeLessThan(20);
    await eventually('another try', () => isTaken);
  });

  it('runs one handler at a time in a subscription, and its topics take turns', async () => {
    const { bus } = fixture();
    await bus.produce('long', messages(1, 50));
    await bus.produce('short', messages(1, 10));
    let running = 0;
    let most = 0;
    const order: string[] = [];
    await bus.consume({
      group: 'worker',
      topics: ['long', 'short'],
      onMessage: async ({ topic, key }) => {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setTimeout(resolve, 2));
        running -= 1;
        order.push(`${topic} ${key}`);
      },
    });
    await eventually('all', () => order.length === 60);
    expect(most).toBe(1);
    expect(order.filter((each) => each.startsWith('long'))).toEqual(
      numbers(1, 50).map((key) => `long ${key}`),
    );
    expect(order.filter((each) => each.startsWith('short'))).toEqual(
      numbers(1, 10).map((key) => `short ${key}`),
    );
    expect(order.indexOf('short 10')).toBeLessThan(order.indexOf('long 50'));
  });

  it('works through a backlog of many messages and many bytes without holding it in memory', async () => {
    const { bus, another } = fixture();
    const producer = await another();
    const mebibyte = Buffer.alloc(1024 * 1024, 'x');
    await producer.produce('orders', messages(1, 1300));
    for (let i = 1301; i <= 1340; i += 1) await producer.produce('orders', [message(String(i), mebibyte)]);
    await producer.produce('orders', messages(1341, 1999));
    const held = gate();
    const received: IncomingMessage[] = [];
    await bus.consume({
      group: 'worker',
      topics: ['orders'],
      onMessage: (each) => {
        received.push({ ...each, value: null });
        return each.key === '1300' ? held.opened : accept();
      },
    });
    await eventually('a held handler', () => received.length === 1300);
    await producer.produce('orders', messages(2000, 2000));
    held.open();
    await eventually('all', () => received.length === 2000);
    expect(keysOf(received)).toEqual(numbers(1, 2000));
  });

  it('leaves the process free for other things while it works through a backlog', async () => {
    const { bus } = fixture();
    await bus.produce('orders', messages(1, 3000));
    let handled = 0;
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 1);
    await bus.consume({
      group: 'worker',
      topics: ['orders'],
      onMessage: () => Promise.resolve(void (handled += 1)),
    });
    await eventually('all', () => handled === 3000);
    clearInterval(timer);
    expect(turns).toBeGreaterThan(5);
  });

  it('refuses a group without a name or topics', async () => {
    const refused = { code: 'MESSAGING-90001' };
    const { bus } = fixture();
    await expect(bus.consume({ group: '', topics: ['a'], onMessage: accept })).rejects.toMatchObject(refused);
    await expect(bus.consume({ group: 'g', topics: [], onMessage: accept })).rejects.toMatchObject(refused);
    await expect(bus.consume({ group: 'g', topics: ['a', 'a'], onMessage: accept })).rejects.toMatchObject(
      refused,
    );
  });
}
