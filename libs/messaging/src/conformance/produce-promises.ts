import type { IncomingMessage, MessageBus, OutgoingMessage } from '@headwater/messaging';
import { eventually, keysOf, message, messages, numbers } from './bus-harness.js';
import type { Fixture } from './bus-harness.js';

/** The first `count` messages of a topic, as a group of its own sees them. */
async function read(bus: MessageBus, topic: string, count: number): Promise<IncomingMessage[]> {
  const received: IncomingMessage[] = [];
  const subscription = await bus.consume({
    group: `reader-${topic}-${count}`,
    topics: [topic],
    onMessage: (each) => {
      received.push(each);
      return Promise.resolve();
    },
  });
  await eventually(`${count} messages of ${topic}`, () => received.length >= count);
  await subscription.stop();
  return received;
}

export function promisesOfProduce(fixture: Fixture): void {
  it('keeps the order within a call, and of calls that were not waited for', async () => {
    const { bus } = fixture();
    await bus.produce('orders', messages(1, 3));
    const calls = Array.from({ length: 20 }, (_, i) => bus.produce('orders', messages(4 + i * 2, 5 + i * 2)));
    await Promise.all(calls);
    expect(keysOf(await read(bus, 'orders', 43))).toEqual(numbers(1, 43));
  });

  it('gives every message a place: topic, partition, ascending offset, time', async () => {
    const { bus } = fixture();
    const before = Date.now();
    await bus.produce('orders', messages(1, 10));
    await bus.produce('other', messages(1, 1));
    await bus.produce('orders', messages(11, 20));
    const received = await read(bus, 'orders', 20);
    const offsets = received.map(({ offset }) => offset);
    expect(offsets).toEqual([...new Set(offsets)].sort((a, b) => a - b));
    expect(received.every(({ topic, partition }) => topic === 'orders' && partition >= 0)).toBe(true);
    expect(received.every(({ at }) => at.getTime() >= before - 1 && at.getTime() <= Date.now() + 1)).toBe(
      true,
    );
  });

  it('is durable: what a client produced is there after it closed, for one that opens later', async () => {
    const { bus, another } = fixture();
    await bus.produce('orders', messages(1, 5));
    await bus.close();
    const later = await another();
    expect(keysOf(await read(later, 'orders', 5))).toEqual(numbers(1, 5));
  });

  it('carries keys, headers and bytes as they are', async () => {
    const { bus } = fixture();
    const everyByte = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
    const sent: OutgoingMessage[] = [
      { key: 'binary', headers: {}, value: everyByte },
      {
        key: 'ключ/🌊%_',
        headers: { ce_subject: 'äöü 🌊\n"\\', '0': 'digit', empty: '' },
        value: Buffer.from('x'),
      },
      { key: 'empty', headers: { __proto__x: 'y' }, value: Buffer.alloc(0) },
      { key: 'tombstone', headers: { a: 'b' }, value: null },
      { key: '', headers: {}, value: everyByte.subarray(10, 20) },
    ];
    await bus.produce('orders', sent);
    const received = await read(bus, 'orders', sent.length);
    expect(received.map(({ key, headers, value }) => ({ key, headers, value }))).toEqual(sent);
    expect(received.map(({ value }) => value === null || Buffer.isBuffer(value))).not.toContain(false);
  });

  it('carries values of 64 MiB', async () => {
    const { bus } = fixture();
    const value = Buffer.alloc(64 * 1024 * 1024);
    for (let i = 0; i < value.length; i += 4096) value.writeUInt32LE(i, i);
    await bus.produce('orders', [message('small'), message('large', value), message('next')]);
    const received = await read(bus, 'orders', 3);
    expect(keysOf(received)).toEqual(['small', 'large', 'next']);
    expect(received[1]?.value?.equals(value)).toBe(true);
  });

  it('appends all messages of a call or none', async () => {
    const { bus } = fixture();
    const bad = { ...message('bad'), headers: { '': 'a header without a name' } };
    await expect(bus.produce('orders', [message('good'), bad])).rejects.toMatchObject({
      code: 'MESSAGING-90002',
    });
    await bus.produce('orders', []);
    await bus.produce('orders', messages(1, 1));
    expect(keysOf(await read(bus, 'orders', 1))).toEqual(['1']);
  });

  it('refuses what cannot be the name of a topic', async () => {
    const refused = { code: 'MESSAGING-10001' };
    await expect(fixture().bus.produce('a/b', [])).rejects.toMatchObject(refused);
    await expect(fixture().bus.latest('', 'key')).rejects.toMatchObject(refused);
  });
}
