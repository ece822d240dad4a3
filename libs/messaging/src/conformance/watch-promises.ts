import type { MessageBus, WatchOptions } from '@headwater/messaging';
import { eventually, gate, message, messages } from './bus-harness.js';
import type { Fixture } from './bus-harness.js';

/** Watches and writes down `key=value`. */
async function watched(bus: MessageBus, options: Partial<WatchOptions> = {}) {
  const values: string[] = [];
  const subscription = await bus.watch({
    topic: 'state',
    keyPrefix: '',
    onValue: ({ key, value }) => {
      values.push(`${key}=${String(value)}`);
    },
    ...options,
  });
  return { values, subscription };
}

export function promisesOfWatch(fixture: Fixture): void {
  it('delivers the latest value of every key, then every later one, in order', async () => {
    const { bus, another } = fixture();
    const writer = await another();
    await writer.produce('state', [
      message('a', '1'),
      message('b', '1'),
      message('a', '2'),
      message('c', '1'),
    ]);
    await writer.produce('state', [message('b', '2')]);
    const { values } = await watched(bus);
    expect(values).toEqual(['a=2', 'c=1', 'b=2']);
    await writer.produce('state', [message('c', '2'), message('c', '3'), message('d', '1')]);
    await writer.produce('state', [message('a', '3')]);
    await eventually('the rest', () => values.length === 7);
    expect(values.slice(3)).toEqual(['c=2', 'c=3', 'd=1', 'a=3']);
  });

  it('delivers only keys with the prefix, taken letter by letter', async () => {
    const { bus } = fixture();
    const keys = ['capture/a', 'capture/ü🌊', 'Capture/b', 'captur', 'capture0', 'c%/x', 'cat/x', 'capture/'];
    await bus.produce(
      'state',
      keys.map((key) => message(key, '1')),
    );
    const capture = await watched(bus, { keyPrefix: 'capture/' });
    const percent = await watched(bus, { keyPrefix: 'c%/' });
    expect(capture.values).toEqual(['capture/a=1', 'capture/ü🌊=1', 'capture/=1']);
    expect(percent.values).toEqual(['c%/x=1']);
    await bus.produce(
      'state',
      [...keys, 'capture/end', 'c%/end'].map((key) => message(key, '2')),
    );
    await eventually('the last', () => capture.values.length === 7 && percent.values.length === 3);
    expect(capture.values.slice(3)).toEqual(['capture/a=2', 'capture/ü🌊=2', 'capture/=2', 'capture/end=2']);
    expect(percent.values.slice(1)).toEqual(['c%/x=2', 'c%/end=2']);
  });

  it('leaves out what a tombstone took away, and delivers later tombstones', async () => {
    const { bus } = fixture();
    await bus.produce('state', [message('a', '1'), message('b', '1'), message('a', null)]);
    const { values } = await watched(bus);
    expect(values).toEqual(['b=1']);
    await bus.produce('state', [message('b', null), message('a', '2')]);
    await eventually('the rest', () => values.length === 3);
    expect(values.slice(1)).toEqual(['b=null', 'a=2']);
  });

  it('resolves only when what was there has been delivered, however slow the handler', async () => {
    const { bus } = fixture();
    await bus.produce('state', messages(1, 3));
    const held = gate();
    let resolved = false;
    const values: string[] = [];
    const watching = watched(bus, {
      onValue: async ({ key }) => {
        if (key === '3') await held.opened;
        values.push(key);
      },
    }).then(() => (resolved = true));
    await eventually('the slow one', () => values.length === 2);
    // What is replaced while the beginning is delivered is still delivered first.
    await bus.produce('state', [message('3', 'later'), message('4')]);
    expect(resolved).toBe(false);
    held.open();
    await watching;
    expect(values.slice(0, 3)).toEqual(['1', '2', '3']);
    await eventually('the later ones', () => values.length === 5);
    expect(values.slice(3)).toEqual(['3', '4']);
  });

  it('runs one handler at a time and delivers again what it threw at', async () => {
    const { bus } = fixture();
    await bus.produce('state', messages(1, 2));
    const seen: string[] = [];
    const errors: string[] = [];
    const once = new Set(['2', '3']);
    await watched(bus, {
      onValue: ({ key }) => {
        seen.push(key);
        if (once.delete(key)) throw new Error(`not ${key}`);
      },
      onError: (error) => errors.push(String(error)),
    });
    expect(seen).toEqual(['1', '2', '2']);
    await bus.produce('state', messages(3, 4));
    await eventually('the last', () => seen.includes('4'));
    expect(seen.slice(3)).toEqual(['3', '3', '4']);
    expect(errors).toEqual(['Error: not 2', 'Error: not 3']);
  });

  it('stops: no value is delivered after it', async () => {
    const { bus } = fixture();
    const first = await watched(bus);
    const second = await watched(bus);
    expect(first.subscription.active).toBe(true);
    await first.subscription.stop();
    expect(first.subscription.active).toBe(false);
    await bus.produce('state', messages(1, 1));
    await eventually('the other watch', () => second.values.length === 1);
    expect(first.values).toEqual([]);
  });

  it('follows a topic that was not there at first, and many keys', async () => {
    const { bus } = fixture();
    const early = await watched(bus);
    await bus.produce('state', messages(1, 1200));
    await bus.produce('state', messages(1, 1200));
    const late = await watched(bus);
    expect(late.values).toHaveLength(1200);
    await eventually('all', () => early.values.length === 2400);
    expect(early.values.slice(1200)).toEqual(late.values);
  });

  it('knows the latest message of a key', async () => {
    const { bus, another } = fixture();
    const reader = await another();
    expect(await reader.latest('state', 'a')).toBeNull();
    await bus.produce('state', [message('a', '1'), message('a', '2'), message('b', '3')]);
    await bus.produce('other', [message('a', 'other')]);
    expect(await reader.latest('state', 'a')).toMatchObject({
      topic: 'state',
      key: 'a',
      value: Buffer.from('2'),
    });
    expect(await reader.latest('state', '')).toBeNull();
    await bus.produce('state', [message('a', null)]);
    expect(await reader.latest('state', 'a')).toBeNull();
    await bus.produce('state', [message('a', '4')]);
    expect((await reader.latest('state', 'a'))?.value).toEqual(Buffer.from('4'));
  });
}
