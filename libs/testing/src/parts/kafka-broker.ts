import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFile, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { messageOf } from '@headwater/errors';
import { eventually } from '../eventually.js';
import { freePort } from '../free-port.js';
import { GuardedChild } from '../processes/guarded-child.js';
import { kafkaJars } from './kafka-jars.js';
import type { KafkaJarsOptions } from './kafka-jars.js';

const run = promisify(execFile);
const startMillis = 60_000;

const logSettings = `status = error
appender.out.type = Console
appender.out.name = out
appender.out.layout.type = PatternLayout
appender.out.layout.pattern = [%d] %p %m (%c)%n
rootLogger.level = info
rootLogger.appenderRef.out.ref = out
`;

export interface KafkaBrokerOptions extends KafkaJarsOptions {
  /** Data, settings and log; made if it is missing, and used again as it is. */
  readonly directory: string;
  /** For clients, on 127.0.0.1; a free one by default. */
  readonly port?: number;
  /** Lines of server.properties beside, or instead of, those that a single node needs. */
  readonly properties?: Readonly<Record<string, string>>;
  /** Largest size of the heap, in MiB; 512 by default. */
  readonly heapMib?: number;
  /** Further arguments of the format, as `--add-scram`. */
  readonly formatArguments?: readonly string[];
  /** Further options of the Java machine. */
  readonly javaArguments?: readonly string[];
}

/** One Kafka node, broker and controller, without Docker. It dies with the process that started it. */
export class KafkaBroker {
  /** `host:port` for clients. */
  readonly address: string;
  private child: GuardedChild | null = null;

  private constructor(
    private readonly jars: string,
    private readonly options: KafkaBrokerOptions,
    readonly port: number,
  ) {
    this.address = `127.0.0.1:${port}`;
  }

  /**
   * Resolves when it takes requests.
   *
   * @throws Error with the end of the log when it ends or hangs.
   */
  static async start(options: KafkaBrokerOptions): Promise<KafkaBroker> {
    const jars = await kafkaJars(options);
    const broker = new KafkaBroker(jars, options, options.port ?? (await freePort()));
    await broker.format();
    await broker.start();
    return broker;
  }

  get pid(): number | null {
    return this.child?.pid ?? null;
  }

  /** It has not ended, by itself or by us. */
  get running(): boolean {
    return this.child?.status === null;
  }

  /** Starts it again on its data and its port. */
  async start(): Promise<void> {
    const { heapMib = 512, javaArguments = [] } = this.options;
    let started = false;
    const child = await GuardedChild.spawn(
      'java',
      [
        ...[`-Xmx${heapMib}m`, `-Xms${Math.min(heapMib, 256)}m`, '-XX:+UseSerialGC', ...javaArguments],
        ...[`-Dlog4j2.configurationFile=${this.logSettingsFile}`],
        ...['-cp', join(this.jars, '*'), 'kafka.Kafka', this.settingsFile],
      ],
      {
        onOutput: (text) => {
          started ||= text.includes('Kafka Server started');
          void appendFile(this.logFile, text).catch(() => undefined);
        },
      },
    );
    this.child = child;
    await eventually(() => started || child.status !== null, {
      deadlineMs: startMillis,
      pauseMs: 20,
      describe: `Kafka on ${this.options.directory} to start`,
    }).catch(async (error: unknown) => {
      await child.kill9();
      throw await this.failure(messageOf(error));
    });
    if (child.status !== null) throw await this.failure('ended at its start');
  }

  /** Clean shutdown; nothing happens when it has ended. */
  async stop(): Promise<void> {
    this.thaw();
    this.child?.signal('SIGTERM');
    await this.child?.exited();
    this.child = null;
  }

  async kill9(): Promise<void> {
    await this.child?.kill9();
    this.child = null;
  }

  /** Stops it in between, as if the machine did not schedule it any more: its connections stay open. */
  freeze(): void {
    this.child?.signal('SIGSTOP');
  }

  thaw(): void {
    this.child?.signal('SIGCONT');
  }

  private get dataDirectory(): string {
    return join(this.options.directory, 'data');
  }

  private get settingsFile(): string {
    return join(this.options.directory, 'server.properties');
  }

  private get logSettingsFile(): string {
    return join(this.options.directory, 'log4j2.properties');
  }

  private get logFile(): string {
    return join(this.options.directory, 'broker.log');
  }

  private async format(): Promise<void> {
    const { directory, formatArguments = [] } = this.options;
    await mkdir(directory, { recursive: true });
    await writeFile(this.settingsFile, await this.settings());
    await writeFile(this.logSettingsFile, logSettings);
    if (await stat(join(this.dataDirectory, 'meta.properties')).catch(() => null)) return;
    const id = randomBytes(16).toString('base64url');
    // An id may begin with a dash: as a word of its own it would be taken for an option.
    const format = ['format', `--cluster-id=${id}`, '-c', this.settingsFile, ...formatArguments];
    const java = ['-Xmx128m', '-cp', join(this.jars, '*'), 'kafka.tools.StorageTool', ...format];
    await run('java', java).catch((cause: unknown) => {
      throw new Error(`Kafka could not format ${directory}: ${messageOf(cause)}`, { cause });
    });
  }

  private async settings(): Promise<string> {
    const { properties = {} } = this.options;
    const controller = await freePort();
    const lines: Record<string, string> = {
      'process.roles': 'broker,controller',
      'node.id': '1',
      'log.dirs': this.dataDirectory,
      listeners: `PLAINTEXT://${this.address},CONTROLLER://127.0.0.1:${controller}`,
      'advertised.listeners': `PLAINTEXT://${this.address}`,
      'controller.listener.names': 'CONTROLLER',
      'controller.quorum.voters': `1@127.0.0.1:${controller}`,
      'listener.security.protocol.map':
        'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL',
      'auto.create.topics.enable': 'false',
      'group.initial.rebalance.delay.ms': '0',
      'offsets.topic.num.partitions': '4',
      'offsets.topic.replication.factor': '1',
      'transaction.state.log.replication.factor': '1',
      'transaction.state.log.min.isr': '1',
      'log.message.timestamp.before.max.ms': '9223372036854775807',
      ...properties,
    };
    return Object.entries(lines)
      .map(([name, value]) => `${name}=${value}\n`)
      .join('');
  }

  private async failure(what: string): Promise<Error> {
    const log = await readFile(this.logFile, 'utf8').catch(() => '(no log)');
    const lines = log.split('\n').filter((line) => line.trim() !== '');
    return new Error(`Kafka on ${this.options.directory}: ${what}\n${lines.slice(-12).join('\n')}`);
  }
}
