import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { mongodErrors } from '../errors.js';

/** The kernel's limit for the path of a Unix socket, its terminator included. */
const longestSocketPath = 108;

/** mongod makes this one too, beside the one we ask for; it is the longer of the two. */
const secondSocket = 'mongodb-27017.sock';

/**
 * A private directory for the socket of one mongod. Its name tells which process is the owner.
 *
 * @throws mongodErrors.socketPathTooLong
 */
export async function makeSocketDirectory(): Promise<string> {
  const prefix = join(tmpdir(), `hw-${String(process.pid)}-`);
  const longest = Buffer.byteLength(`${prefix}XXXXXX/${secondSocket}`);
  if (longest >= longestSocketPath) {
    throw mongodErrors.socketPathTooLong(
      `A socket below ${tmpdir()} would have a path of ${String(longest)} bytes; ${String(longestSocketPath - 1)} are possible.`,
    );
  }
  return mkdtemp(prefix);
}

export async function removeSocketDirectory(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true });
}

/** The pid of the process that made the directory; null when it is none of ours. */
export function ownerOf(socketDirectory: string): number | null {
  const pid = /^hw-(\d+)-\w{6}$/.exec(basename(socketDirectory))?.[1];
  return pid === undefined ? null : Number(pid);
}
