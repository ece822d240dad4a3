import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import type { Clock } from '@headwater/clock';
import { messageOf } from '@headwater/errors';
import { processEnvironment } from '@headwater/service-kit/process';
import { launcherErrors } from '../launcher-errors.js';
import { guard } from './guard.js';
import type { ServiceLog } from './service-log.js';

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ServiceProcessOptions {
  readonly name: string;
  /** Path of its main.js. */
  readonly program: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly log: ServiceLog;
  readonly clock: Clock;
}

/** Longer than a service takes to give its own stop up (30 s). */
const stopMillis = 35_000;

/**
 * A service as a process that leads a group of its own: a Ctrl-C at the terminal does not reach it, we end it in
 * order. When we are killed, its guard ends it.
 */
export class ServiceProcess {
  /** How it ended; null while it runs. */
  exit: Exit | null = null;
  /** Resolves when it has ended, however that came. */
  readonly ended: Promise<Exit>;
  private stopping: Promise<void> | null = null;

  static async start(options: ServiceProcessOptions): Promise<ServiceProcess> {
    const { program, environment, log, name } = options;
    const output = openSync(log.path, 'a');
    try {
      const child = spawn(process.execPath, [program], {
        env: { ...processEnvironment(name), ...environment },
        detached: true,
        stdio: ['ignore', output, output],
      });
      await spawned(child);
      return new ServiceProcess(child, child.pid ?? 0, options);
    } catch (cause) {
      throw launcherErrors.serviceEnded(`the ${name} service cannot be started: ${messageOf(cause)}`, {
        cause,
      });
    } finally {
      closeSync(output);
    }
  }

  private constructor(
    private readonly child: ChildProcess,
    readonly pid: number,
    private readonly options: ServiceProcessOptions,
  ) {
    const release = guard(pid);
    this.ended = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        release();
        // One that was killed leaves behind what it had started.
        killGroup(pid);
        this.exit = { code, signal };
        resolve(this.exit);
      });
    });
  }

  get name(): string {
    return this.options.name;
  }

  get log(): ServiceLog {
    return this.options.log;
  }

  /** What it was told to log at least. */
  get logLevel(): string | undefined {
    return this.options.environment['HEADWATER_LOG_LEVEL'];
  }

  /** Somebody asked it to stop. */
  get asked(): boolean {
    return this.stopping !== null;
  }

  /** Lets it flush, commit and close; kills it where that takes too long. May be called again. */
  stop(): Promise<void> {
    this.stopping ??= this.end();
    return this.stopping;
  }

  /** At once, with whatever it has started. */
  kill(): void {
    this.stopping ??= this.ended.then(() => undefined);
    if (this.exit === null) killGroup(this.pid);
  }

  private async end(): Promise<void> {
    if (this.exit !== null) return;
    this.child.kill('SIGTERM');
    const over = new AbortController();
    const deadline = this.options.clock.sleep(stopMillis, over.signal).then(
      () => true,
      () => false,
    );
    const late = await Promise.race([this.ended.then(() => false), deadline]);
    over.abort();
    if (late) killGroup(this.pid);
    await this.ended;
  }
}

export function describeExit({ code, signal }: Exit): string {
  return signal === null ? `exit code ${String(code)}` : `signal ${signal}`;
}

function spawned(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
}

/** The process and what it has started: a mongod of its own would go on. */
function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // None of the group is left.
  }
}
