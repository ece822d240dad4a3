import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mongodErrors } from '../errors.js';

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ChildOptions {
  readonly logFile: string;
  /** Called when this process ends and takes the child with it; must not wait for anything. */
  readonly onAbandoned: () => void;
}

/** Each with what to clean up when this process ends before it. */
const living = new Map<ChildProcess, () => void>();
const fatalSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * A child process that does not outlive this one, unless this one is killed with -9. Its output is appended to a
 * log file.
 */
export class Child {
  /** Resolves when the process is gone; never rejects. */
  readonly ended: Promise<Exit>;
  /** How it ended; null while it runs. */
  exit: Exit | null = null;

  /** @throws mongodErrors.startFailed when there is no such program or it may not be run. */
  static async spawn(path: string, args: readonly string[], options: ChildOptions): Promise<Child> {
    const log = openSync(options.logFile, 'a');
    try {
      const child = spawn(path, args, { stdio: ['ignore', log, log] });
      await new Promise<void>((resolve, reject) => {
        child.once('spawn', resolve);
        child.once('error', reject);
      });
      return new Child(child, child.pid ?? 0, options);
    } catch (cause) {
      throw mongodErrors.startFailed(`${path} cannot be run.`, { cause });
    } finally {
      closeSync(log);
    }
  }

  private constructor(
    private readonly child: ChildProcess,
    readonly pid: number,
    options: ChildOptions,
  ) {
    remember(child, options.onAbandoned);
    this.ended = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        forget(child);
        this.exit = { code, signal };
        resolve(this.exit);
      });
    });
  }

  /** Kills it at once. mongod's files stand that: the next start recovers them. */
  async kill(): Promise<Exit> {
    this.child.kill('SIGKILL');
    return this.ended;
  }
}

export function describeExit(exit: Exit): string {
  return exit.signal === null ? `exit code ${String(exit.code)}` : `signal ${exit.signal}`;
}

function remember(child: ChildProcess, onAbandoned: () => void): void {
  if (living.size === 0) {
    process.on('exit', killAll);
    for (const signal of fatalSignals) process.on(signal, killAllUnlessHandled);
  }
  living.set(child, onAbandoned);
}

function forget(child: ChildProcess): void {
  living.delete(child);
  if (living.size === 0) {
    process.off('exit', killAll);
    for (const signal of fatalSignals) process.off(signal, killAllUnlessHandled);
  }
}

function killAll(): void {
  for (const [child, onAbandoned] of living) {
    child.kill('SIGKILL');
    onAbandoned();
  }
}

/** Where somebody else handles the signal this process goes on, and its children with it. */
function killAllUnlessHandled(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) return;
  killAll();
  process.off(signal, killAllUnlessHandled);
  process.kill(process.pid, signal);
}
