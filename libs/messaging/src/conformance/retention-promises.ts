import type { IncomingMessage, MessageBus } from '@headwater/messaging';
import { eventually, keysOf, message, messages, numbers } from './bus-harness.js';
import type { BusHarness } from './bus-harness.js';

/**
 * A broker with two topics that do not keep everything: `compacted`, where a message goes as soon as a later one of
 * its key has replaced it and no group has it still to commit, and `expiring`, where it goes as soon as every group
 * has committed it.
 */
export interface RetainingHarness extends BusHarness {
  /** Resolves when everything has gone that is to go. */
  readonly settled: () => Promise<void>;
}

export type RetainingFixture = () => RetainingHarness;

const kibibyte = Buffer.alloc(1024, 'x');

/** Consumes `count` messages of a topic as a group, commits the last of them and leaves. */
async function consumed(bus: MessageBus, group: string, topic: string, count: number) {
  const received: IncomingMessage[] = [];
  const errors: unknown[] = [];
  const subscription = await bus.consume({
    group,
    topics: [topic],
    onMessage: async (each, delivery) => {
      received.push(each);
      if (received.length === count) await delivery.commit();
    },
    onError: (error) => errors.push(error),
  });
  await eventually(`${count} messages of ${topic}`, () => received.length >= count);
  await subscription.stop();
  expect(errors).toEqual([]);
  return received;
}

export function promisesOfRetention(fixture: RetainingFixture): void {
  it('keeps the latest message of every key of a compacted topic, and of the others none for ever', async () => {
    const { bus, another, settled } = fixture();
    for (let round = 1; round <= 30; round += 1) {
      await bus.produce(
        'compacted',
        numbers(1, 20).map((key) => message(key, `${key} of ${round}`)),
      );
    }
    await settled();
    const values: string[] = [];
    const reader = await another();
    await reader.watch({
      topic: 'compacted',
      keyPrefix: '',
      onValue: ({ value }) => void values.push(String(value)),
    });
    expect(values).toEqual(numbers(1, 20).map((key) => `${key} of 30`));
    expect(String((await reader.latest('compacted', '7'))?.value)).toBe('7 of 30');
    await bus.produce('compacted', [message('end')]);
    const keys = new Map<string, string>();
    let count = 0;
    await reader.consume({
      group: 'late',
      topics: ['compacted'],
      onMessage: ({ key, value }) => {
        keys.set(key, String(value));
        count += 1;
        return Promise.resolve();
      },
    });
    await eventually('the end', () => keys.has('end'));
    expect([...keys]).toEqual([...numbers(1, 20).map((key) => [key, `${key} of 30`]), ['end', 'end']]);
    expect(count).toBeLessThan(600);
  });

  it('delivers everything that a group has not committed, and goes on with ascending offsets', async () => {
    const { bus, settled } = fixture();
    const expiring = numbers(1, 100).map((key) => message(key, kibibyte));
    await bus.produce('expiring', expiring);
    const before = await consumed(bus, 'worker', 'expiring', 60);
    await settled();
    expect(keysOf(await consumed(bus, 'worker', 'expiring', 40))).toEqual(numbers(61, 100));
    await settled();
    await bus.produce('expiring', messages(101, 103));
    const after = await consumed(bus, 'worker', 'expiring', 3);
    expect(keysOf(after)).toEqual(numbers(101, 103));
    expect(after[0]?.offset).toBeGreaterThan(before.at(-1)?.offset ?? Infinity);
  });

  it('begins at the oldest message that is left, for a group that comes later', async () => {
    const { bus, settled } = fixture();
    await bus.produce(
      'expiring',
      numbers(1, 100).map((key) => message(key, kibibyte)),
    );
    await consumed(bus, 'worker', 'expiring', 100);
    await settled();
    await bus.produce('expiring', [message('end')]);
    const late: string[] = [];
    await bus.consume({
      group: 'late',
      topics: ['expiring'],
      onMessage: ({ key }) => Promise.resolve(void late.push(key)),
    });
    await eventually('the end', () => late.includes('end'));
    const first = Number(late[0] === 'end' ? 101 : late[0]);
    expect(first).toBeGreaterThan(1);
    expect(late).toEqual([...numbers(first, 100), 'end']);
  });

  it('follows a watch on a compacted topic to the latest message of every key, whatever goes meanwhile', async () => {
    const { bus, another, settled } = fixture();
    const writer = await another();
    await bus.produce('compacted', messages(1, 20));
    const view = new Map<string, string>();
    let slow: Promise<void> | undefined;
    const replaceAll = async (): Promise<void> => {
      for (let round = 1; round <= 10; round += 1) {
        await writer.produce(
          'compacted',
          numbers(1, 20).map((key) => message(key, `${key} of ${round}`)),
        );
      }
      await settled();
    };
    await bus.watch({
      topic: 'compacted',
      keyPrefix: '',
      onValue: async ({ key, value }) => {
        slow ??= replaceAll();
        await slow;
        view.set(key, String(value));
      },
    });
    // What was there at the call is known once it resolves, in this or a later version.
    expect([...view.keys()].sort()).toEqual(numbers(1, 20).sort());
    await eventually('the latest', () => [...view].every(([key, value]) => value === `${key} of 10`));
  });
}
