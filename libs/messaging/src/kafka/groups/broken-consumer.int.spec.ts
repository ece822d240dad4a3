import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { GuardedChild, eventually } from '@headwater/testing';
import { describeOnKafka } from '../spec-support/describe-on-kafka.js';
import { KafkaBus } from '../kafka-bus.js';

const root = join(__dirname, '../../../../..');
const topic = 'batches';

describeOnKafka('a consumer that breaks', (fixture) => {
  let child: GuardedChild | null = null;

  beforeAll(async () => {
    const project = join(root, 'libs/messaging/tsconfig.build.json');
    execFileSync(join(root, 'node_modules/.bin/tsc'), ['-b', project]);
    await fixture().createTopics([topic]);
    const bus = KafkaBus.open({ brokers: [fixture().broker.address], clientId: 'spec' });
    await bus.produce(topic, [{ key: 'k', headers: {}, value: Buffer.from('1') }]);
    await bus.close();
  });
  afterEach(async () => {
    await child?.kill9();
    child = null;
  });

  async function consumer(breaks: 'loop' | 'report' | 'handler') {
    const said = { stdout: '', stderr: '' };
    const started = await GuardedChild.spawn(
      'node',
      [join(__dirname, 'broken-consumer.cjs'), fixture().broker.address, topic, breaks],
      { onOutput: (text, stream) => void (said[stream] += text) },
    );
    child = started;
    return { started, said };
  }

  it.each(['loop', 'report'] as const)(
    'ends its process by a bug in its %s: nothing is silently no longer delivered',
    async (breaks) => {
      const { started, said } = await consumer(breaks);
      expect(await started.exited()).toEqual({ code: 1, signal: null });
      expect(said.stdout).toBe('delivered\n');
      expect(said.stderr).toContain(`TypeError: a bug in the ${breaks}`);
    },
  );

  it('goes on after a bug in its handler, with the same message', async () => {
    const { started, said } = await consumer('handler');
    const isDeliveredAgain = () => said.stdout.startsWith('delivered\ndelivered\n');
    await eventually(isDeliveredAgain, { deadlineMs: 60_000, describe: 'the message to come again' });
    expect(started.status).toBeNull();
  });
});
