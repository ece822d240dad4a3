import { topicDefinitionsOf, topicsOf } from '@headwater/contracts';
import { KafkaBus } from '../kafka-bus.js';
import { describeOnKafka } from '../spec-support/describe-on-kafka.js';
import { prepareTopics } from './kafka-topics.js';
import type { TopicsOptions } from './kafka-topics.js';

describeOnKafka('topics on Kafka', (fixture) => {
  const settings = () => ({ brokers: [fixture().broker.address], clientId: 'spec' });
  const optionsOf = (prefix: string, mode: TopicsOptions['mode'], replicas = 1): TopicsOptions => {
    const topics = topicsOf(prefix);
    return {
      ...{ mode, replicas },
      definitions: topicDefinitionsOf(topics, replicas),
      sharedTogether: [topics.oplogBatches, topics.initialSync],
    };
  };

  /** A broker learns of a topic a moment after it was made, which is a reason to look again. */
  async function prepared(options: TopicsOptions): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      try {
        await prepareTopics(settings(), options);
        return;
      } catch (error) {
        if (tries === 20 || !(error as { retryable?: boolean }).retryable) throw error;
      }
    }
  }

  it('are made where they are to be managed, fit for use, and found by who only looks', async () => {
    await prepared(optionsOf('made', 'manage'));
    await prepared(optionsOf('made', 'manage'));
    await prepareTopics(settings(), optionsOf('made', 'verify'));
    const bus = KafkaBus.open(settings());
    const entry = Buffer.alloc(17 * 1024 * 1024, 'x');
    await bus.produce(topicsOf('made').oplogBatches, [{ key: 'rs0', headers: {}, value: entry }]);
    expect((await bus.latest(topicsOf('made').oplogBatches, 'rs0'))?.value?.equals(entry)).toBe(true);
    await bus.close();
  });

  it('are not made by who only looks, but named with the commands that make them', async () => {
    await expect(prepareTopics(settings(), optionsOf('none', 'verify'))).rejects.toMatchObject({
      code: 'MESSAGING-10015',
      message: expect.stringContaining('--create --topic none.state.v1') as string,
    });
  });

  it('are refused where they are below what they must be, all of it named', async () => {
    const { state, initialSync } = topicsOf('low');
    await fixture().createTopics([state], 1, { 'cleanup.policy': 'delete' });
    await fixture().createTopics([initialSync], 3);
    await expect(prepared(optionsOf('low', 'manage'))).rejects.toMatchObject({
      code: 'MESSAGING-10018',
      message: expect.stringMatching(
        /low\.initial-sync\.v1: partitions is 3 and must be 12[^]*low\.state\.v1: cleanup\.policy is delete and must be compact/,
      ) as string,
    });
  });
});
