import { readdir, readFile } from 'node:fs/promises';

/** A process that works below a directory. */
export interface Leftover {
  readonly pid: number;
  readonly commandLine: string;
}

/** Living processes that name `directory` in their command line; none where the system has no /proc. */
export async function processesBelow(directory: string): Promise<Leftover[]> {
  const names = await readdir('/proc').catch(() => []);
  const found: Leftover[] = [];
  for (const pid of names.filter((name) => /^\d+$/.test(name)).map(Number)) {
    const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (pid !== process.pid && commandLine.includes(directory)) {
      found.push({ pid, commandLine: commandLine.replaceAll('\0', ' ') });
    }
  }
  return found;
}

/** SIGKILL to each by its pid; one that has ended meanwhile is no matter. */
export function killAll(leftovers: readonly Leftover[]): void {
  for (const { pid } of leftovers) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // Gone.
    }
  }
}
