import { spawnSync } from 'node:child_process';
import { cp, rm } from 'node:fs/promises';
import { isFileSystemError } from '@headwater/errors';
import { stateFileOf } from '@headwater/recovery';

/** Replaces `to` by a copy of a stopped data directory, with what Headwater knows of it where that is there. */
export async function copyDirectory(from: string, to: string): Promise<void> {
  await rm(to, { recursive: true, force: true });
  await cp(from, to, { recursive: true });
  await cp(stateFileOf(from), stateFileOf(to)).catch((error: unknown) => {
    if (!isFileSystemError(error, 'ENOENT')) throw error;
  });
  settleDisk();
}

/** Everything written so far is on the disk: what is measured next does not wait for it. */
export function settleDisk(): void {
  const { status, error } = spawnSync('sync');
  if (error !== undefined || status !== 0) throw new Error(`sync failed: ${String(error)}`);
}
