import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TemporaryDirectory {
  /** Absolute, without symbolic links. */
  readonly path: string;
  /** Deletes it with all that is in it; may be called twice. */
  remove(): Promise<void>;
}

/** A new empty directory below the system's temporary one. Whoever makes it removes it. */
export async function temporaryDirectory(prefix = 'headwater-'): Promise<TemporaryDirectory> {
  const path = await realpath(await mkdtemp(join(tmpdir(), prefix)));
  return {
    path,
    remove: () => rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }),
  };
}
