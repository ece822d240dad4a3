import type { Assignment, MessageBus, Subscription } from '@headwater/messaging';
import { eventually, gate, message, messages, numbers } from './bus-harness.js';
import type { Fixture } from './bus-harness.js';

const group = 'worker';
const topics = ['orders'];
const ignore = () => Promise.resolve();

/** A consumer that commits every message and writes down whatever happens to it. */
function recorded(bus: MessageBus, name: string, events: string[]): Promise<Subscription> {
  return bus.consume({
    group,
    topics,
    onAssigned: () => Promise.resolve(void events.push(`${name} assigned`)),
    onMessage: async ({ key }, delivery) => {
      events.push(`${name} ${key}`);
      await delivery.commit();
    },
    onRevoked: () => Promise.resolve(void events.push(`${name} revoked`)),
  });
}

export function promisesOfAssignments(fixture: Fixture): void {
  it('has one active consumer, in one client or in several; the others stand by', async () => {
    const { bus, another } = fixture();
    const events: string[] = [];
    const active = await recorded(bus, 'a', events);
    await eventually('an active consumer', () => active.active);
    const standby = [await recorded(bus, 'b', events), await recorded(await another(), 'c', events)];
    await bus.produce('orders', messages(1, 50));
    await eventually('all', () => events.length === 51);
    expect(events).toEqual(['a assigned', ...numbers(1, 50).map((key) => `a ${key}`)]);
    expect(standby.map((each) => each.active)).toEqual([false, false]);
  });

  it('is taken over when its active consumer stops, and again when a whole client closes', async () => {
    const { bus, another } = fixture();
    const second = await another();
    const third = await another();
    const events: string[] = [];
    const a = await recorded(bus, 'a', events);
    await eventually('a to be active', () => a.active);
    const b = await recorded(second, 'b', events);
    await bus.produce('orders', messages(1, 2));
    await eventually('a at work', () => events.includes('a 2'));
    await a.stop();
    await bus.produce('orders', messages(3, 3));
    await eventually('b at work', () => events.includes('b 3'));
    expect(b.active).toBe(true);
    const c = await recorded(third, 'c', events);
    await second.close();
    await bus.produce('orders', messages(4, 4));
    await eventually('c at work', () => events.includes('c 4'));
    expect(c.active).toBe(true);
    expect(events).toEqual([
      'a assigned',
      'a 1',
      'a 2',
      'a revoked',
      'b assigned',
      'b 3',
      'b revoked',
      'c assigned',
      'c 4',
    ]);
  });

  it('can be left while standing by, without a word to its handlers', async () => {
    const { bus } = fixture();
    const events: string[] = [];
    const a = await recorded(bus, 'a', events);
    await eventually('a to be active', () => a.active);
    const b = await recorded(bus, 'b', events);
    await b.stop();
    await bus.produce('orders', messages(1, 1));
    await eventually('a at work', () => events.includes('a 1'));
    expect(events).toEqual(['a assigned', 'a 1']);
  });

  it('awaits onAssigned before the first message', async () => {
    const { bus } = fixture();
    await bus.produce('orders', messages(1, 1));
    const ready = gate();
    const events: string[] = [];
    const subscription = await bus.consume({
      group,
      topics,
      onAssigned: async () => {
        events.push('assigning');
        await ready.opened;
        events.push('assigned');
      },
      onMessage: ({ key }) => Promise.resolve(void events.push(key)),
    });
    await eventually('the assignment', () => events.includes('assigning'));
    let other = 0;
    await bus.consume({ group: 'other', topics, onMessage: () => Promise.resolve(void (other += 1)) });
    await eventually('the message in another group', () => other === 1);
    expect(subscription.active).toBe(true);
    ready.open();
    await eventually('the message', () => events.includes('1'));
    expect(events).toEqual(['assigning', 'assigned', '1']);
  });

  it('begins after what onAssigned committed', async () => {
    const { bus } = fixture();
    await bus.produce('orders', messages(1, 3));
    const offsets: number[] = [];
    const partitions: number[] = [];
    await bus.consume({
      group: 'first',
      topics,
      onMessage: ({ offset, partition }) =>
        Promise.resolve(void (offsets.push(offset), partitions.push(partition))),
    });
    await eventually('three offsets', () => offsets.length === 3);
    const received: string[] = [];
    await bus.consume({
      group: 'second',
      topics,
      onAssigned: (assignment) => assignment.commit('orders', partitions[1] ?? -1, offsets[1] ?? -1),
      onMessage: ({ key }) => Promise.resolve(void received.push(key)),
    });
    await eventually('a message', () => received.length > 0);
    expect(received).toEqual(['3']);
  });

  it('calls an onAssigned that threw again, before any message', async () => {
    const { bus } = fixture();
    await bus.produce('orders', messages(1, 1));
    const events: string[] = [];
    await bus.consume({
      group,
      topics,
      onAssigned: () => {
        events.push('assigned');
        return events.length < 4 ? Promise.reject(new Error('not ready')) : Promise.resolve();
      },
      onMessage: ({ key }) => Promise.resolve(void events.push(key)),
      onError: (error) => events.push(String(error)),
    });
    await eventually('the message', () => events.includes('1'));
    expect(events).toEqual(['assigned', 'Error: not ready', 'assigned', 'Error: not ready', 'assigned', '1']);
  });

  it('is one assignment in all handlers, and held until onRevoked has returned', async () => {
    const { bus } = fixture();
    const seen: Assignment[] = [];
    const held: boolean[] = [];
    const note = (assignment: Assignment) => {
      seen.push(assignment);
      held.push(assignment.isHeld);
    };
    const subscription = await bus.consume({
      group,
      topics,
      onAssigned: (assignment) => {
        note(assignment);
        return seen.length < 2 ? Promise.reject(new Error('not ready')) : Promise.resolve();
      },
      onMessage: ignore,
      onRevoked: (assignment) => {
        note(assignment);
        return Promise.resolve();
      },
    });
    await eventually('the assignment', () => seen.length === 2);
    await subscription.stop();
    expect(new Set(seen).size).toBe(1);
    expect([...held, seen[0]?.isHeld]).toEqual([true, true, true, false]);
  });

  it('commits by its assignment, for messages whose handler returned long ago', async () => {
    const { bus } = fixture();
    await bus.produce('orders', messages(1, 3));
    let assignment: Assignment | undefined;
    const places: [number, number][] = [];
    const subscription = await bus.consume({
      group,
      topics,
      onAssigned: (given) => Promise.resolve(void (assignment = given)),
      onMessage: ({ partition, offset }) => Promise.resolve(void places.push([partition, offset])),
    });
    await eventually('three messages', () => places.length === 3);
    await assignment?.commit('orders', ...(places[1] ?? [0, -1]));
    await subscription.stop();
    const again: string[] = [];
    await bus.consume({ group, topics, onMessage: ({ key }) => Promise.resolve(void again.push(key)) });
    await eventually('the rest', () => again.length > 0);
    expect(again).toEqual(['3']);
  });

  it('refuses commits on what it does not consume or what was never produced', async () => {
    const { bus } = fixture();
    await bus.produce('orders', [message('1')]);
    await bus.produce('other', [message('1')]);
    let assignment: Assignment | undefined;
    await bus.consume({
      group,
      topics,
      onAssigned: (given) => Promise.resolve(void (assignment = given)),
      onMessage: ignore,
    });
    await eventually('the assignment', () => assignment !== undefined);
    const refused = { code: 'MESSAGING-90004' };
    await expect(assignment?.commit('other', 0, 0)).rejects.toMatchObject(refused);
    await expect(assignment?.commit('orders', 0, 1_000_000)).rejects.toMatchObject(refused);
    await expect(assignment?.commit('orders', 0, -1)).rejects.toMatchObject(refused);
    await expect(assignment?.commit('orders', 1_000_000, 0)).rejects.toMatchObject(refused);
  });
}
