import { spawn, type ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';

export interface ExitStatus {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ChildOptions {
  /** The whole environment of the child; that of this process where it is left out. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Called with everything the child writes to stdout and stderr; without it both go nowhere. */
  onOutput?(text: string, stream: 'stdout' | 'stderr'): void;
}

/**
 * A child process that dies when the process that started it is gone, however it went: a small shell waits at the
 * other end of a pipe and kills the child once the pipe breaks. (An exit handler would not do: Jest gives specs a
 * copy of `process` that never emits, and nothing runs after SIGKILL.)
 *
 * It does not keep this process alive while nobody waits for it.
 */
export class GuardedChild {
  static async spawn(
    command: string,
    args: readonly string[],
    options: ChildOptions = {},
  ): Promise<GuardedChild> {
    const child = spawn(command, args, {
      stdio: ['ignore', options.onOutput ? 'pipe' : 'ignore', options.onOutput ? 'pipe' : 'ignore'],
      ...(options.environment === undefined ? {} : { env: { ...options.environment } }),
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', (error) => {
        reject(new Error(`cannot start ${command}: ${error.message}`, { cause: error }));
      });
    });
    return new GuardedChild(child, options);
  }

  readonly pid: number;
  /** How it ended; null while it runs. */
  status: ExitStatus | null = null;
  private readonly ended: Promise<ExitStatus>;

  private constructor(
    private readonly child: ChildProcess,
    options: ChildOptions,
  ) {
    if (child.pid === undefined) throw new Error('a spawned child has no pid');
    this.pid = child.pid;
    for (const stream of ['stdout', 'stderr'] as const) {
      const output = child[stream];
      output?.setEncoding('utf8').on('data', (text: string) => options.onOutput?.(text, stream));
      unref(output);
    }
    const release = guard(this.pid);
    this.ended = new Promise((resolve) => {
      // 'close' comes after the last output, 'exit' may come before it.
      child.once('close', (code, signal) => {
        release();
        this.status = { code, signal };
        resolve(this.status);
      });
    });
    child.unref();
  }

  /** Resolves when it has ended by itself or by a signal. */
  async exited(): Promise<ExitStatus> {
    this.child.ref();
    return this.ended;
  }

  /** Sends a signal; nothing happens when the child has ended. */
  signal(signal: NodeJS.Signals): void {
    if (this.status === null) this.child.kill(signal);
  }

  /** SIGKILL, and resolves when it is gone. */
  async kill9(): Promise<ExitStatus> {
    this.signal('SIGKILL');
    return this.exited();
  }
}

/** Sits in a session of its own, so that Ctrl-C on a terminal does not reach it. */
function guard(pid: number): () => void {
  const watcher = spawn('/bin/sh', ['-c', 'read -r word; [ "$word" = over ] || kill -9 "$0"', String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  watcher.unref();
  unref(watcher.stdin);
  // Whoever killed the child may have killed its watcher first.
  watcher.on('error', () => undefined);
  watcher.stdin.on('error', () => undefined);
  return () => {
    watcher.stdin.end('over\n');
  };
}

/** The pipes of a child are sockets, though typed as plain streams. */
function unref(stream: Readable | Writable | null): void {
  if (stream instanceof Socket) stream.unref();
}
