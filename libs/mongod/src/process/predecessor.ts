import { readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock, type Clock } from '@headwater/clock';
import { mongodErrors } from '../errors.js';
import { ownerOf, removeSocketDirectory } from './socket-directory.js';

/** How long a killed process may take to disappear. */
const disappearMillis = 30_000;

/**
 * Makes sure that no mongod works on `directory`: one whose owner was killed is killed as well, which its
 * files stand.
 *
 * Where the system has no /proc nothing is found, and mongod's own lock refuses the start.
 *
 * @throws mongodErrors.directoryInUse when it belongs to a living process of ours or is none of ours at all.
 */
export async function endPredecessor(directory: string, clock: Clock = systemClock): Promise<void> {
  const path = await realpath(directory).catch(() => directory);
  const pid = Number(await readText(join(path, 'mongod.lock')));
  if (!Number.isInteger(pid) || pid <= 0) return;
  const commandLine = (await readText(`/proc/${String(pid)}/cmdline`)).split('\0');
  if (valueOf(commandLine, '--dbpath') !== path) return;
  const socketDirectory = valueOf(commandLine, '--unixSocketPrefix') ?? '';
  const owner = ownerOf(socketDirectory);
  const { parent, gone } = await statusOf(pid);
  if (gone) return;
  if (owner === null || owner === parent) {
    const whose = owner === null ? 'a mongod that Headwater did not start' : `the process ${String(owner)}`;
    throw mongodErrors.directoryInUse(`${directory} is in use by ${whose} (mongod pid ${String(pid)}).`, {
      details: { directory, pid },
    });
  }
  process.kill(pid, 'SIGKILL');
  await disappeared(pid, clock);
  await removeSocketDirectory(socketDirectory);
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
