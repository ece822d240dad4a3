import { join } from 'node:path';
import { runService, type LogLine, type RunningService } from '@headwater/testing';
import { workspace } from './workspace.js';

export const serviceNames = [
  'ingest',
  'snapshot-builder',
  'restore',
  'agent',
  'shard-coordinator',
  'alerting',
] as const;
export type ServiceName = (typeof serviceNames)[number];

/** Those without which nothing is backed up or restored. */
export const neededServices: readonly ServiceName[] = ['ingest', 'snapshot-builder', 'restore', 'agent'];

/** A built service whose processes come and go; its environment, and so its port, stay. */
export class Service {
  private process: RunningService | null = null;
  private endIsWanted = false;
  /** Of the processes before the one that runs now or ran last. */
  private readonly earlierLogs: LogLine[] = [];

  constructor(
    readonly name: ServiceName,
    private environment: Readonly<Record<string, string>>,
  ) {}

  /** `http://127.0.0.1:<port>` of the process that runs now or ran last. */
  get url(): string {
    return this.started.url;
  }

  /** Of the process that runs now or ran last. */
  get pid(): number {
    return this.started.pid;
  }

  get running(): boolean {
    return this.process !== null && this.process.status === null;
  }

  /** It was started, and ended without being told to. */
  get endedByItself(): boolean {
    return this.process !== null && this.process.status !== null && !this.endIsWanted;
  }

  /** Of all its processes. */
  get logs(): readonly LogLine[] {
    return [...this.earlierLogs, ...(this.process?.logs ?? [])];
  }

  /**
   * Resolves when it is ready.
   *
   * @param changes variables that are different from now on.
   */
  async start(changes: Readonly<Record<string, string>> = {}): Promise<void> {
    if (this.running) throw new Error(`${this.name} runs already`);
    this.environment = { ...this.environment, ...changes };
    this.earlierLogs.push(...(this.process?.logs ?? []));
    this.process = null;
    this.endIsWanted = false;
    const entry = join(workspace, 'dist', 'services', this.name, 'main.js');
    this.process = await runService({ entry, env: this.environment, readyDeadlineMs: 120_000 });
  }

  /** SIGKILL. Nothing happens when it does not run. */
  async kill9(): Promise<void> {
    this.endIsWanted = true;
    await this.process?.kill9();
  }

  /** SIGTERM, thawed where it is frozen. Nothing happens when it does not run. */
  async stop(): Promise<void> {
    if (!this.running) return;
    this.endIsWanted = true;
    this.thaw();
    await this.started.stop();
  }

  /** It halts with its connections open until `thaw`. */
  freeze(): void {
    this.started.freeze();
  }

  thaw(): void {
    this.started.thaw();
  }

  /** What it last said, for people. */
  logTail(lines = 10): string {
    const state = this.running ? 'runs' : `ended: ${JSON.stringify(this.process?.status ?? 'at its start')}`;
    return [`--- ${this.name} (${state})`, ...this.logs.slice(-lines).map(shown)].join('\n');
  }

  private get started(): RunningService {
    if (this.process === null) throw new Error(`${this.name} was not started`);
    return this.process;
  }
}

/** A line of the log without what is the same in all of them. */
function shown(line: LogLine): string {
  const { level, time, logId, msg, text, service: _s, pid: _p, host: _h, config: _c, ...rest } = line;
  const words = [String(time).slice(11, 23), level, logId, msg ?? text, JSON.stringify(rest)];
  return words
    .filter((word) => word !== undefined && word !== '' && word !== '{}')
    .join(' ')
    .slice(0, 600);
}
