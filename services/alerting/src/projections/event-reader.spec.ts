import { systemClock } from '@headwater/clock';
import { captureDisturbed, topicsOf } from '@headwater/contracts';
import type { MessageBus } from '@headwater/messaging';
import { EmbeddedBus } from '@headwater/messaging/embedded';
import { Publisher, createLogger } from '@headwater/service-kit';
import { eventually } from '@headwater/testing';
import { EventReader } from './event-reader.js';
import { RecentEvents } from './recent-events.js';

const topics = topicsOf();
const logger = createLogger({ service: 'spec', level: 'silent' });
const limit = 3;

describe('a reader of events', () => {
  let bus: EmbeddedBus;
  const readers: EventReader[] = [];

  beforeEach(async () => {
    bus = await EmbeddedBus.open(':memory:');
  });
  afterEach(async () => {
    await Promise.all(readers.splice(0).map((reader) => reader.stop()));
    await bus.close();
  });

  async function start(): Promise<EventReader> {
    const events = new RecentEvents(limit);
    const reader = new EventReader({ bus, eventsTopic: topics.events, group: 'spec', events, logger });
    readers.push(reader);
    await reader.start();
    return reader;
  }

  async function happen(on: MessageBus, ...ids: string[]): Promise<void> {
    const publisher = new Publisher({ bus: on, topics, clock: systemClock, source: '/spec' });
    for (const id of ids) {
      const data = { deployment: id, replicaSet: 'rs0', action: 'rewind', reason: id } as const;
      await publisher.event(captureDisturbed, { deployment: id, id }, data);
    }
  }

  const read = (reader: EventReader, ...ids: string[]) =>
    eventually(() => {
      if (reader.state !== 'ok') return false;
      const found = reader.all().map(({ id }) => id);
      return found.join() === ids.join();
    });

  it('has what happened before it was started, and what happens later', async () => {
    await happen(bus, 'a', 'b');
    const reader = await start();
    await read(reader, 'b', 'a');
    await happen(bus, 'c', 'd');
    await read(reader, 'd', 'c', 'b');
  });

  it('says nothing of events before it has read all that were there', async () => {
    await happen(bus, 'a', 'b');
    const reader = new EventReader({
      ...{ bus, eventsTopic: topics.events, group: 'spec', logger },
      events: new (class extends RecentEvents {
        override add(message: Parameters<RecentEvents['add']>[0]) {
          expect(reader.state).toEqual({ reason: 'past events are being read' });
          expect(() => reader.all()).toThrow(/past events/);
          return super.add(message);
        }
      })(limit),
    });
    readers.push(reader);
    expect(reader.state).toMatchObject({ reason: expect.stringContaining('cannot be read') as string });
    await reader.start();
    await read(reader, 'b', 'a');
  });

  it('leaves to its successor exactly the events that it kept itself', async () => {
    await happen(bus, 'a', 'b', 'c', 'd', 'e');
    const first = await start();
    await read(first, 'e', 'd', 'c');
    const second = await start();
    expect(second.state).not.toBe('ok');
    await first.stop();
    await read(second, 'e', 'd', 'c');

    const seen: string[] = [];
    await second.stop();
    const probe = await bus.consume({
      group: 'spec',
      topics: [topics.events],
      onMessage: ({ key }) => Promise.resolve(void seen.push(key)),
    });
    await eventually(() => seen.at(-1) === 'e');
    await probe.stop();
    expect(seen).toEqual(['c', 'd', 'e']);
  });
});
