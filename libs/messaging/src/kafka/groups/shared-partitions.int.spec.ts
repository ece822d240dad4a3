import type { Assignment, MessageBus } from '@headwater/messaging';
import { eventually } from '@headwater/testing';
import { describeOnKafka } from '../spec-support/describe-on-kafka.js';
import { scopedHarness } from '../spec-support/test-broker.js';

const keys = Array.from({ length: 48 }, (_, i) => `set-${i}`);

describeOnKafka('a group that shares by partition', (fixture) => {
  let harness: Awaited<ReturnType<typeof scopedHarness>>;
  afterEach(() => harness.dispose());

  it('spreads partitions, gives partition n of all topics to one consumer, and moves them without a message lost', async () => {
    harness = await scopedHarness(fixture(), ['batches', 'syncs'], 6);
    const held = new Map<string, Set<Assignment>>();
    const committed: string[] = [];
    const twice: string[] = [];
    const join = async (name: string, bus: MessageBus) => {
      const own = new Set<Assignment>();
      held.set(name, own);
      return bus.consume({
        group: 'workers',
        sharing: 'by-partition',
        topics: ['batches', 'syncs'],
        onAssigned: (assignment) => {
          const others = [...held].flatMap(([, some]) => [...some]);
          if (others.some(({ partitions }) => partitions[0] === assignment.partitions[0])) {
            twice.push(`${name} ${String(assignment.partitions[0])}`);
          }
          return Promise.resolve(void own.add(assignment));
        },
        onRevoked: (assignment) => Promise.resolve(void own.delete(assignment)),
        onMessage: async ({ topic, key, value }, delivery) => {
          if (![...own].some((assignment) => assignment.owns(key))) twice.push(`${name} got ${key}`);
          await delivery.commit();
          committed.push(`${topic} ${key} ${String(value)}`);
        },
      });
    };
    const say = async (round: number) => {
      for (const topic of ['batches', 'syncs']) {
        const messages = keys.map((key) => ({ key, headers: {}, value: Buffer.from(String(round)) }));
        await harness.bus.produce(topic, messages);
      }
    };
    const sizes = () => [...held.values()].map(({ size }) => size);
    const first = await join('a', harness.bus);
    await eventually(() => sizes()[0] === 6, { deadlineMs: 20_000 });
    await say(1);
    await join('b', await harness.another());
    await say(2);
    await eventually(() => sizes().every((size) => size === 3), { deadlineMs: 20_000 });
    await say(3);
    await first.stop();
    await eventually(() => held.get('b')?.size === 6, { deadlineMs: 20_000 });
    await say(4);
    await eventually(() => new Set(committed).size === 4 * 2 * keys.length, { deadlineMs: 20_000 });
    expect(twice).toEqual([]);
    for (const topic of ['batches', 'syncs']) {
      for (const key of keys) {
        const rounds = committed.filter((line) => line.startsWith(`${topic} ${key} `));
        expect(rounds).toEqual([1, 2, 3, 4].map((round) => `${topic} ${key} ${round}`));
      }
    }
  });

  it('does not hold an assignment any more that it has lost, and did hold one that it lets go of', async () => {
    harness = await scopedHarness(fixture(), ['batches'], 2);
    const ends: string[] = [];
    let assigned = 0;
    const consumer = await harness.bus.consume({
      group: 'workers',
      sharing: 'by-partition',
      topics: ['batches'],
      onAssigned: () => Promise.resolve(void (assigned += 1)),
      onRevoked: ({ isHeld }) => Promise.resolve(void ends.push(isHeld ? 'let go of' : 'lost')),
    });
    await eventually(() => assigned === 2, { deadlineMs: 20_000 });
    fixture().broker.freeze();
    await eventually(() => ends.length === 2, { deadlineMs: 60_000 }).finally(() => {
      fixture().broker.thaw();
    });
    await eventually(() => assigned === 4, { deadlineMs: 60_000 });
    await consumer.stop();
    expect(ends).toEqual(['lost', 'lost', 'let go of', 'let go of']);
  });
});
