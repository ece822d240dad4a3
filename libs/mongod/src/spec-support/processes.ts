import { spawn, type ChildProcess } from 'node:child_process';
import { readFile, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '@headwater/clock';

/** A process that is there; a zombie is not. */
export async function isAlive(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${String(pid)}/stat`, 'utf8').catch(() => '');
  return status !== '' && !/\) [ZX] /.test(status);
}

/** Resolves when it is; throws after ten seconds. */
export async function gone(pid: number): Promise<void> {
  const giveUpAt = systemClock.ticksMillis() + 10_000;
  while (await isAlive(pid)) {
    if (systemClock.ticksMillis() > giveUpAt) throw new Error(`process ${String(pid)} is still there`);
    await systemClock.sleep(20);
  }
}

/** How many TCP ports the process listens on. */
export async function listeningPorts(pid: number): Promise<number> {
  const descriptors = await readdir(`/proc/${String(pid)}/fd`);
  const links = await Promise.all(
    descriptors.map((name) => readlink(`/proc/${String(pid)}/fd/${name}`).catch(() => '')),
  );
  const sockets = new Set(links.map((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1]));
  const tables = await Promise.all(['tcp', 'tcp6'].map((name) => readFile(`/proc/net/${name}`, 'utf8')));
  const listening = tables
    .join('\n')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === '0A');
  return listening.filter((fields) => sockets.has(fields[9])).length;
}

/** Another process that uses this lib from its sources, as a service would. */
export class Other {
  private constructor(
    readonly child: ChildProcess,
    /** What it printed on its first line. */
    readonly answer: string,
  ) {}

  /** Runs `program` (an ES module body, with this lib's names as `lib`) until it has printed one line. */
  static async run(program: string): Promise<Other> {
    const index = join(__dirname, '../index.ts');
    const text = `${resolveSources}\nconst lib = await import(${JSON.stringify(index)});\n${program}`;
    const args = ['--experimental-transform-types', '--no-warnings', '--conditions=@headwater/source'];
    const child = spawn('node', [...args, '--input-type=module', '-e', text], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const answer = await new Promise<string>((resolve, reject) => {
      child.stdout.once('data', (bytes: Buffer) => {
        resolve(bytes.toString().trim());
      });
      child.once('exit', (code) => {
        reject(new Error(`the other process ended with ${String(code)}`));
      });
    });
    return new Other(child, answer);
  }

  /** Sends the signal; resolves when the process is gone. */
  async end(signal: NodeJS.Signals): Promise<void> {
    const { child } = this;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  }
}

/** The sources name each other as they are called after the build. */
const resolveSources = `
  import { registerHooks } from 'node:module';
  registerHooks({
    resolve(specifier, context, next) {
      if (!specifier.startsWith('.') || !specifier.endsWith('.js')) return next(specifier, context);
      try { return next(specifier.slice(0, -2) + 'ts', context); } catch { return next(specifier, context); }
    },
  });
`;
