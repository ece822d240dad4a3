import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { kafkaToolJars } from '@headwater/testing';

const run = promisify(execFile);

export interface GroupRewind {
  /** `host:port` of a broker. */
  readonly broker: string;
  readonly group: string;
  readonly topic: string;
  /** One on which the group has committed: the tool refuses others. */
  readonly partition: number;
  /** As far as there are so many. */
  readonly messages: number;
}

/** `kafka-consumer-groups --reset-offsets`, as an operator does it. Nobody of the group may run meanwhile. */
export async function rewindGroup({ broker, group, topic, partition, messages }: GroupRewind): Promise<void> {
  const jars = await kafkaToolJars();
  const place = ['--group', group, '--topic', `${topic}:${partition}`];
  const { stdout } = await run('java', [
    ...['-Xmx128m', '-cp', jars.map((folder) => join(folder, '*')).join(':')],
    'org.apache.kafka.tools.consumer.group.ConsumerGroupCommand',
    ...['--bootstrap-server', broker, ...place, '--reset-offsets', `--shift-by=${-messages}`, '--execute'],
  ]);
  if (!stdout.includes('NEW-OFFSET')) throw new Error(`nothing of ${group} was reset: ${stdout}`);
}
