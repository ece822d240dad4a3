import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { systemClock } from '@headwater/clock';
import {
  agentAnnounced,
  restoreCancelled,
  restoreCompleted,
  restoreFailed,
  snapshotCompleted,
  topicsOf,
} from '@headwater/contracts';
import type { SnapshotFact } from '@headwater/contracts';
import type { MessageBus } from '@headwater/messaging';
import { openBus } from '@headwater/messaging/opening';
import { Publisher } from '@headwater/service-kit';
import {
  eventually,
  GuardedChild,
  kafkaToolJars,
  KafkaBroker,
  temporaryDirectory,
  whyNoKafkaTools,
} from '@headwater/testing';
import type { TemporaryDirectory } from '@headwater/testing';
import { documentedCode } from './harness/documented-code.js';
import { workspace } from './harness/workspace.js';

const page = 'docs/subscribing.md';
const topicPrefix = 'shop-backups';
const missing = whyNoKafkaTools();

const about = { deployment: 'shop', replicaSet: 'rs0' };
const ts = { t: 1764003600, i: 12 };
const snapshot: SnapshotFact = {
  ...about,
  ...{ snapshotId: 's1', kind: 'block', chain: 'c1', ts, sizeBytes: 4096, storedBytes: 1024 },
  createdAt: '2026-11-24T08:00:00.000Z',
};
const path = '/srv/restored';

const declare = missing === null ? describe : describe.skip;

declare(
  missing === null ? 'the documented subscribers' : `the documented subscribers (SKIPPED: ${missing})`,
  () => {
    let home: TemporaryDirectory;
    let broker: KafkaBroker;
    let bus: MessageBus;
    let child: GuardedChild | null = null;

    beforeAll(async () => {
      home = await temporaryDirectory('hw-subscribers-');
      broker = await KafkaBroker.start({ directory: join(home.path, 'broker') });
      bus = await openBus(
        {
          ...{ bus: 'kafka', kafkaBrokers: [broker.address], kafkaReplicas: 1, topicPrefix },
          ...{ busKeptMib: 1, busLimitMib: 1 },
        },
        { clock: systemClock, service: 'spec', busFaults: null, onUpkeepFailure: () => undefined },
      );
      await happen();
    });
    afterEach(async () => {
      // The console consumer is no child of ours, but of the shell.
      const pid = await readFile(join(home.path, 'console.pid'), 'utf8').catch(() => null);
      if (pid !== null && child?.status === null) process.kill(Number(pid));
      if (pid === null) await child?.kill9();
      await child?.exited();
      child = null;
    });
    afterAll(async () => {
      await bus.close();
      await broker.stop();
      await home.remove();
    });

    /** As the services say it: something that is not asked for, and everything twice, as after a crash. */
    async function happen(): Promise<void> {
      const source = '/headwater/spec/1';
      const publisher = new Publisher({ bus, topics: topicsOf(topicPrefix), clock: systemClock, source });
      const of = (restoreId: string) => ({ deployment: 'shop', restoreId });
      const fact = (id: string) => ({ deployment: 'shop', id });
      const agent = {
        agentId: 'a1',
        replicaSetId: 'a'.repeat(24),
        member: 'h:1',
        serverVersion: '6.0.5',
        fcv: '6.0',
      };
      const cancelled = { ...of('r3'), path };
      const tell = async () => {
        await publisher.event(agentAnnounced, fact('agent'), { ...about, ...agent });
        await publisher.event(snapshotCompleted, fact('snapshot'), snapshot);
        await publisher.event(restoreCompleted, fact('r1/completed'), { ...of('r1'), restoredTo: ts, path });
        await publisher.event(restoreFailed, fact('r2/failed'), {
          ...of('r2'),
          ...{ code: 'RESTORE-10008', reason: 'wrong' },
        });
        await publisher.event(restoreCancelled, fact('r3/cancelled'), cancelled);
      };
      await tell();
      await tell();
      await publisher.event(restoreCancelled, fact('last/cancelled'), { ...cancelled, restoreId: 'last' });
    }

    /** Runs a program until it has written a line that ends so; resolves to all that it wrote. */
    async function output(command: string, args: readonly string[], last: RegExp): Promise<string> {
      let text = '';
      let errors = '';
      const environment = {
        ...process.env,
        PATH: [join(home.path, 'bin'), process.env['PATH']].join(delimiter),
        ...{ KAFKA_BROKERS: broker.address, HEADWATER_TOPIC_PREFIX: topicPrefix },
      } as Record<string, string>;
      const running = await GuardedChild.spawn(command, args, {
        environment,
        onOutput: (more, stream) => {
          if (stream === 'stdout') text += more;
          else errors += more;
        },
      });
      child = running;
      await eventually(() => last.test(text) || running.status !== null, {
        deadlineMs: 60_000,
        describe: `a line ${String(last)} of ${command}, which wrote ${text}${errors}`,
      });
      if (!last.test(text)) throw new Error(`${command} ended: ${text}${errors}`);
      return text;
    }

    it('print every completed snapshot and every restore, each once: the consumer of kafkajs', async () => {
      const program = join(home.path, 'backup-watch.mjs');
      await writeFile(program, documentedCode(page, 'A consumer in 30 lines', 'js'));
      await symlink(join(workspace, 'node_modules'), join(home.path, 'node_modules'));
      const text = await output(process.execPath, [program], /restore last .*\n/);
      // Kafkajs logs on standard output too, as JSON.
      const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('{'));
      expect(lines).toEqual([
        'snapshot s1 (block) of shop/rs0: all writes up to 1764003600:12, 1024 bytes stored',
        'restore r1 of shop: completed up to 1764003600:12, in /srv/restored',
        'restore r2 of shop: FAILED, RESTORE-10008: wrong',
        'restore r3 of shop: cancelled',
        'restore last of shop: cancelled',
      ]);
    });

    it('print the same events with their headers: the console consumer', async () => {
      const jars = await kafkaToolJars();
      const command = join(home.path, 'bin', 'kafka-console-consumer.sh');
      await writeCommand(command, jars);
      const script = documentedCode(page, 'Without any code', 'sh');
      const text = await output('sh', ['-c', script], /last\/cancelled.*\n/);
      const events = text
        .trim()
        .split('\n')
        .map((line) => [/ce_type:([^,\t]*)/.exec(line)?.[1], line.slice(line.lastIndexOf('\t') + 1)]);
      const types = ['snapshot.completed', 'restore.completed', 'restore.failed', 'restore.cancelled'];
      const all = [...types, ...types, 'restore.cancelled'].map((type) => `io.headwater.${type}.v1`);
      expect(events.map(([type]) => type)).toEqual(all);
      expect(JSON.parse(events[0]?.[1] ?? '')).toEqual(snapshot);
    });

    /** The jars have no scripts; this one is what Kafka's does. */
    async function writeCommand(file: string, jars: readonly string[]): Promise<void> {
      const folders = jars.map((folder) => join(folder, '*')).join(':');
      const main = 'org.apache.kafka.tools.consumer.ConsoleConsumer';
      await mkdir(join(home.path, 'bin'));
      await writeFile(
        file,
        `#!/bin/sh\necho $$ > '${home.path}/console.pid'\nexec java -Xmx128m -cp '${folders}' ${main} "$@"\n`,
      );
      await chmod(file, 0o755);
    }
  },
);
