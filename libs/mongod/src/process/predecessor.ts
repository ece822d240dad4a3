import { readdir, readFile, realpath } from 'node:fs/promises';
import { systemClock, type Clock } from '@headwater/clock';
import { mongodErrors } from '../errors.js';
import { ownerOf, removeSocketDirectory } from './socket-directory.js';

/** How long a killed process may take to disappear. */
const disappearMillis = 30_000;

/**
 * Makes sure that no mongod works on `directory`: one whose owner was killed is killed as well, which its files stand.
 *
 * Processes are found by their command line, since a mongod writes its pid into mongod.lock late in its start. Where
 * the system has no /proc nothing is found, and mongod's own lock refuses the start.
 *
 * @throws mongodErrors.directoryInUse when it belongs to a living process of ours or is none of ours at all.
 */
export async function endPredecessor(directory: string, clock: Clock = systemClock): Promise<void> {
  const path = await realpath(directory).catch(() => directory);
  for (const { pid, commandLine } of await processes()) {
    if (valueOf(commandLine, '--dbpath') === path) await end(pid, commandLine, clock);
  }
}

async function end(pid: number, commandLine: readonly string[], clock: Clock): Promise<void> {
  const socketDirectory = valueOf(commandLine, '--unixSocketPrefix') ?? '';
  const owner = ownerOf(socketDirectory);
  const { parent, gone } = await statusOf(pid);
  if (gone) return;
  if (owner === null || owner === parent) {
    const whose = owner === null ? 'a mongod that Headwater did not start' : `the process ${String(owner)}`;
    const directory = valueOf(commandLine, '--dbpath');
    throw mongodErrors.directoryInUse(
      `${String(directory)} is in use by ${whose} (mongod pid ${String(pid)}).`,
      {
        details: { directory, pid },
      },
    );
  }
  kill(pid);
  await disappeared(pid, clock);
  await removeSocketDirectory(socketDirectory);
}

async function processes(): Promise<{ pid: number; commandLine: string[] }[]> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  return Promise.all(
    pids.map(async (pid) => ({
      pid: Number(pid),
      commandLine: (await readText(`/proc/${pid}/cmdline`)).split('\0'),
    })),
  );
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended in this moment, or is not ours to end; whether it is gone is looked at next.
  }
}

async function disappeared(pid: number, clock: Clock): Promise<void> {
  const giveUpAt = clock.ticksMillis() + disappearMillis;
  while (!(await statusOf(pid)).gone) {
    if (clock.ticksMillis() > giveUpAt) {
      throw mongodErrors.directoryInUse(`The mongod with pid ${String(pid)} was killed and is still there.`);
    }
    await clock.sleep(10);
  }
}

/** A zombie is gone: it holds no lock and no file any more. */
async function statusOf(pid: number): Promise<{ parent: number; gone: boolean }> {
  const text = await readText(`/proc/${String(pid)}/stat`);
  // The name before it is in parentheses and may hold anything.
  const [state, parent] = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { parent: Number(parent), gone: text === '' || state === 'Z' || state === 'X' };
}

function valueOf(commandLine: readonly string[], option: string): string | undefined {
  const at = commandLine.indexOf(option);
  return at < 0 ? undefined : commandLine[at + 1];
}

async function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}
