import { lstat, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isFileSystemError } from '@headwater/errors';
import { storeErrors } from '@headwater/object-store';

/** The folders of a store: made as needed, and known to be durable before anything in them counts. */
export class Folders {
  readonly root: string;
  /** Folders whose own entry has been synced. They are never removed, so that stays true. */
  private readonly durable: Set<string>;

  constructor(root: string) {
    this.root = root;
    this.durable = new Set([root]);
  }

  /**
   * Resolves when `path`, the root or below it, is a durable folder. An existing one may be new from another process that has
   * not synced it yet: what counts is that this process synced it.
   *
   * @throws storeErrors.keyConflict when something else stands in the way.
   */
  async make(path: string): Promise<void> {
    if (this.durable.has(path)) {
      return;
    }
    const parent = dirname(path);
    await this.make(parent);
    await makeFolder(path);
    await syncFolder(parent);
    this.durable.add(path);
  }

  /** Forgets what is known: for when a folder turns out to be gone. */
  forget(): void {
    this.durable.clear();
    this.durable.add(this.root);
  }
}

/** Makes the entries of a folder durable. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if (!isFileSystemError(error, 'EEXIST')) {
      throw error;
    }
    const found = await lstat(path);
    if (!found.isDirectory()) {
      throw storeErrors.keyConflict(`${path} is not a folder`, { details: { path } });
    }
  }
}
