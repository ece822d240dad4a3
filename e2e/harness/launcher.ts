import { join } from 'node:path';
import { eventually, GuardedChild } from '@headwater/testing';
import { withLogs } from './witness.js';
import { workspace } from './workspace.js';

/** One line of the launcher's `--json` output. */
export type LauncherLine = Readonly<Record<string, unknown>> & {
  readonly step: string;
  readonly state: string;
  readonly message: string;
};

export interface LauncherOptions {
  /** Connection string of the replica set to protect. */
  readonly uri: string;
  readonly dataDirectory: string;
  /** More variables of it and its services. */
  readonly environment: Readonly<Record<string, string>>;
  /** More arguments of it. */
  readonly args?: readonly string[];
}

const deadlineMs = 120_000;

/** The built launcher (`npm start`) as a process, as a program would run it. */
export class Launcher {
  static start({ uri, dataDirectory, environment, args = [] }: LauncherOptions): Promise<Launcher> {
    return Launcher.run(['--uri', uri, '--data-dir', dataDirectory, ...args], environment);
  }

  /** With the sample, until it has verified a restore. */
  static once(dataDirectory: string, args: readonly string[]): Promise<Launcher> {
    return Launcher.run(['--once', '--data-dir', dataDirectory, ...args], {});
  }

  private static async run(
    args: readonly string[],
    environment: LauncherOptions['environment'],
  ): Promise<Launcher> {
    const lines = new Lines();
    const program = join(workspace, 'dist', 'deploy', 'local', 'main.js');
    const { PATH = '', HOME = '', JAVA_HOME } = process.env;
    const child = await GuardedChild.spawn(process.execPath, [program, '--json', ...args], {
      environment: { PATH, HOME, ...(JAVA_HOME === undefined ? {} : { JAVA_HOME }), ...environment },
      onOutput: (text) => {
        lines.add(text);
      },
    });
    return new Launcher(child, lines);
  }

  private constructor(
    private readonly child: GuardedChild,
    private readonly output: Lines,
  ) {}

  get lines(): readonly LauncherLine[] {
    return this.output.all;
  }

  /** The first line, from the `from`-th on, that satisfies the condition. @throws Error with its last lines */
  async line(describe: string, condition: (line: LauncherLine) => boolean, from = 0): Promise<LauncherLine> {
    const found = eventually(() => this.lines.slice(from).find(condition), {
      deadlineMs,
      describe: `the launcher to say: ${describe}`,
    });
    return found.catch((error: unknown) => {
      throw withLogs(error, this.tail());
    });
  }

  /** Resolves once it only keeps everything running. */
  running(): Promise<LauncherLine> {
    return this.line('that it runs', ({ step, state }) => step === 'running' && state === 'started');
  }

  /** Where a service is, as it was last told. */
  service(name: string): { readonly pid: number; readonly url: string } {
    const told = this.lines.findLast(({ service, pid, url }) => service === name && pid !== undefined && url);
    return { pid: Number(told?.['pid']), url: String(told?.['url']) };
  }

  /** All processes that it told of. */
  get pids(): readonly number[] {
    return [...new Set(this.lines.flatMap(({ pid }) => (typeof pid === 'number' ? [pid] : [])))];
  }

  /** Resolves to its exit code when it has ended by itself. */
  async ended(): Promise<number | null> {
    return (await this.child.exited()).code;
  }

  /** Ctrl-C. Resolves to its exit code. */
  async interrupt(): Promise<number | null> {
    this.child.signal('SIGINT');
    return (await this.child.exited()).code;
  }

  async kill9(): Promise<void> {
    await this.child.kill9();
  }

  tail(): string {
    const last = this.lines.slice(-25).map((line) => JSON.stringify(line).slice(0, 600));
    return ['--- launcher', ...last, this.output.other.slice(-2000)].join('\n');
  }
}

/** What comes as JSON, and what does not. */
class Lines {
  readonly all: LauncherLine[] = [];
  other = '';
  private rest = '';

  add(text: string): void {
    const parts = (this.rest + text).split('\n');
    this.rest = parts.pop() ?? '';
    for (const part of parts) {
      if (part.startsWith('{')) this.all.push(JSON.parse(part) as LauncherLine);
      else this.other += `${part}\n`;
    }
  }
}
