import type { IncomingMessage } from '@headwater/messaging';
import { RecentEvents } from './recent-events.js';

function event(
  offset: number,
  id = `e${offset}`,
  value: string = JSON.stringify({ n: offset }),
): IncomingMessage {
  const at = new Date('2026-11-24T08:00:00Z');
  const headers = {
    ce_id: id,
    ce_source: '/spec',
    ce_type: 'io.headwater.spec.happened.v1',
    ce_specversion: '1.0',
    ce_time: at.toISOString(),
    ce_subject: 'rs0',
    'content-type': 'application/json',
  };
  return { topic: 'events', partition: 0, offset, key: 'rs0', headers, value: Buffer.from(value), at };
}

const idsOf = (events: RecentEvents) => events.newestFirst().map(({ id }) => id);

describe('recent events', () => {
  it('are the newest, newest first, and say what is no longer kept', () => {
    const events = new RecentEvents(2);
    expect(events.add(event(3))).toBeNull();
    expect(events.add(event(5))).toBeNull();
    expect(events.add(event(6))).toEqual({ topic: 'events', partition: 0, offset: 3 });
    expect(events.add(event(9))).toEqual({ topic: 'events', partition: 0, offset: 5 });
    expect(idsOf(events)).toEqual(['e9', 'e6']);
  });

  it('have every fact once, however often it was published', () => {
    const events = new RecentEvents(2);
    events.add(event(1, 'same'));
    events.add(event(2, 'other'));
    expect(events.add(event(3, 'same'))).toBeNull();
    expect(idsOf(events)).toEqual(['other', 'same']);
  });

  it('show an event as it was published, without data that is too large or no JSON', () => {
    const events = new RecentEvents(3);
    events.add(event(1));
    events.add(event(2, 'large', JSON.stringify({ text: 'x'.repeat(16 * 1024) })));
    events.add(event(3, 'torn', '{'));
    expect(events.newestFirst()).toMatchObject([
      { id: 'torn', data: null },
      { id: 'large', data: null },
      {
        ...{ id: 'e1', type: 'io.headwater.spec.happened.v1', source: '/spec', subject: 'rs0' },
        ...{ time: '2026-11-24T08:00:00.000Z', data: { n: 1 } },
      },
    ]);
  });

  it('leave out what is no event', () => {
    const events = new RecentEvents(2);
    expect(events.add({ ...event(1), headers: {} })).toBeNull();
    expect(idsOf(events)).toEqual([]);
  });
});
