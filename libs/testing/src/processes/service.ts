import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { processEnvironment } from '@headwater/service-kit/process';
import { eventually } from '../eventually.js';
import { freePort } from '../free-port.js';
import { GuardedChild, type ExitStatus } from './guarded-child.js';
import { JsonLines, type LogLine } from './json-lines.js';

export interface ServiceOptions {
  /** The built `dist/services/<name>/main.js`, absolute or from the working directory. */
  readonly entry: string;
  /**
   * `HEADWATER_*` variables; the service gets these, PATH, HOME and TMPDIR, nothing else. `HEADWATER_<NAME>_PORT` is
   * a free port where it is left out.
   */
  readonly env: Readonly<Record<string, string>>;
  /** How long it may take until it is ready; 60,000 unless told otherwise. */
  readonly readyDeadlineMs?: number;
  /** How long it may take to drain after SIGTERM; 60,000 unless told otherwise. */
  readonly stopDeadlineMs?: number;
}

export interface StoppedService {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly logs: readonly LogLine[];
}

/** A service as its users run it: a process of its own, reached by HTTP. */
export interface RunningService {
  /** `agent`, `ingest`, … */
  readonly name: string;
  readonly pid: number;
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** What it has logged so far. */
  readonly logs: readonly LogLine[];
  /** How it ended; null while it runs. */
  readonly status: ExitStatus | null;
  /** SIGSTOP and SIGCONT: it halts with its connections open. */
  freeze(): void;
  thaw(): void;
  /** Resolves when it has ended by itself. */
  exited(): Promise<StoppedService>;
  kill9(): Promise<StoppedService>;
  /** SIGTERM. @throws Error when it has not ended by the deadline; it is killed then. */
  stop(): Promise<StoppedService>;
}

/**
 * Starts a service and resolves when its /readyz answers 200.
 *
 * @throws Error with the end of its log when it ends first or is not ready by the deadline; it does not run then.
 */
export async function runService(options: ServiceOptions): Promise<RunningService> {
  const service = await ServiceProcess.spawn(options);
  try {
    await service.awaitReady(options.readyDeadlineMs ?? 60_000);
    return service;
  } catch (error) {
    await service.kill9();
    throw error;
  }
}

class ServiceProcess implements RunningService {
  static async spawn(options: ServiceOptions): Promise<ServiceProcess> {
    const entry = resolve(options.entry);
    const name = basename(dirname(entry));
    const portVariable = `HEADWATER_${name.toUpperCase().replaceAll('-', '_')}_PORT`;
    const port = options.env[portVariable] ?? String(await freePort());
    const lines = new JsonLines();
    const child = await GuardedChild.spawn(nodeFor(entry), [entry], {
      environment: { ...inherited(), ...processEnvironment(name), ...options.env, [portVariable]: port },
      onOutput: (text, stream) => {
        lines.add(text, stream);
      },
    });
    return new ServiceProcess(name, `http://127.0.0.1:${port}`, { child, lines }, options);
  }

  private constructor(
    readonly name: string,
    readonly url: string,
    private readonly process: { readonly child: GuardedChild; readonly lines: JsonLines },
    private readonly options: ServiceOptions,
  ) {}

  get pid(): number {
    return this.process.child.pid;
  }

  get status(): ExitStatus | null {
    return this.process.child.status;
  }

  get logs(): readonly LogLine[] {
    return this.process.lines.all;
  }

  freeze(): void {
    this.process.child.signal('SIGSTOP');
  }

  thaw(): void {
    this.process.child.signal('SIGCONT');
  }

  async awaitReady(deadlineMs: number): Promise<void> {
    const ready = async (): Promise<boolean> => {
      if (this.status !== null) return true;
      return (await fetch(`${this.url}/readyz`, { signal: AbortSignal.timeout(5000) })).ok;
    };
    await eventually(ready, { deadlineMs, describe: `${this.name} to be ready` }).catch((error: unknown) => {
      throw new Error(`${String(error)}\n${this.process.lines.tail()}`, { cause: error });
    });
    if (this.status === null) return;
    throw new Error(
      `${this.name} ended at its start: ${JSON.stringify(this.status)}\n${this.process.lines.tail()}`,
    );
  }

  async exited(): Promise<StoppedService> {
    const status = await this.process.child.exited();
    return { ...status, logs: this.logs };
  }

  async kill9(): Promise<StoppedService> {
    await this.process.child.kill9();
    return this.exited();
  }

  async stop(): Promise<StoppedService> {
    const deadlineMs = this.options.stopDeadlineMs ?? 60_000;
    this.process.child.signal('SIGTERM');
    try {
      await eventually(() => this.status, { deadlineMs, describe: `${this.name} to end after SIGTERM` });
    } catch (error) {
      await this.kill9();
      throw new Error(`${String(error)}\n${this.process.lines.tail()}`, { cause: error });
    }
    return this.exited();
  }
}

/** The services need Node 24; where this process runs an older one, the workspace has one as a package. */
function nodeFor(entry: string): string {
  if (Number.parseInt(process.versions.node) >= 24) return process.execPath;
  for (let folder = dirname(entry); folder !== dirname(folder); folder = dirname(folder)) {
    const node = join(folder, 'node_modules', '.bin', 'node');
    if (existsSync(node)) return node;
  }
  throw new Error(`found no Node 24 for ${entry}`);
}

function inherited(): Record<string, string> {
  const names = ['PATH', 'HOME', 'TMPDIR'];
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}
