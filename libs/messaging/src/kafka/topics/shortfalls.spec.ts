import { topicDefinitionsOf, topicsOf } from '@headwater/contracts';
import { shortfallsOf, unequalPartitions } from './shortfalls.js';
import type { FoundTopic } from './shortfalls.js';

const topics = topicsOf('shop');
const definitions = topicDefinitionsOf(topics, 3);
const definition = definitions.find(({ topic }) => topic === topics.state);
if (definition === undefined) throw new Error('there is no topic of states');
const options = { replicas: 3, broker: 'kafka:9092' };

const asDefined: FoundTopic = {
  topic: topics.state,
  partitions: 1,
  replicas: 3,
  settings: new Map(Object.entries(definition.settings).map(([name, { value }]) => [name, value])),
};

const changed = (name: string, value: string): FoundTopic => ({
  ...asDefined,
  settings: new Map([...asDefined.settings, [name, value]]),
});

describe('what a topic must come up to', () => {
  it('is what it is made with, or more', () => {
    expect(shortfallsOf(definition, asDefined, options)).toEqual([]);
    expect(shortfallsOf(definition, changed('max.message.bytes', '99999999'), options)).toEqual([]);
    expect(shortfallsOf(definition, changed('delete.retention.ms', '-1'), options)).toEqual([]);
  });

  it.each([
    ['cleanup.policy', 'delete', 'compact'],
    ['delete.retention.ms', '1000', '86400000 or more'],
    ['max.message.bytes', '1000', '1048576 or more'],
    ['min.insync.replicas', '1', '2 or more'],
    ['unclean.leader.election.enable', 'true', 'false'],
  ])('names %s, what it is, what it must be, and the command', (setting, is, mustBe) => {
    expect(shortfallsOf(definition, changed(setting, is), options)).toEqual([
      {
        ...{ topic: 'shop.state.v1', setting, is, mustBe },
        command: expect.stringContaining(
          `--bootstrap-server kafka:9092 --alter --entity-type topics --entity-name shop.state.v1 --add-config ${setting}=${mustBe.split(' ')[0] ?? ''}`,
        ) as string,
      },
    ]);
  });

  it('takes a setting that the broker does not tell for none', () => {
    const [short] = shortfallsOf(definition, { ...asDefined, settings: new Map() }, options);
    expect(short?.is).toBe('not known');
  });

  it('is as many replicas as were asked for', () => {
    const [short] = shortfallsOf(definition, { ...asDefined, replicas: 1 }, options);
    expect(short).toMatchObject({ setting: 'replicas', is: '1', mustBe: '3 or more' });
  });

  it('is the same number of partitions where they are shared together', () => {
    const found = (topic: string, partitions: number): FoundTopic => ({ ...asDefined, topic, partitions });
    expect(unequalPartitions([found('a', 12), found('b', 12)], 'kafka:9092')).toEqual([]);
    expect(unequalPartitions([found('a', 12), found('b', 6)], 'kafka:9092')).toMatchObject([
      { topic: 'b', setting: 'partitions', is: '6', mustBe: '12' },
    ]);
  });
});
