import type { Stats } from 'node:fs';
import { mkdir, realpath } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { isFileSystemError, isHeadwaterError, messageOf } from '@headwater/errors';
import { assertKey, assertPrefix, storeErrors } from '@headwater/object-store';
import type { ListOptions, ObjectInfo, ObjectStore, StoreTraits } from '@headwater/object-store';
import { isBehindLink, lstatEntry, lstatFile, readExactly, unlinkIfThere, withFile } from './file-access.js';
import { Folders, syncFolder } from './folders.js';
import { TemporaryFiles } from './temporary-files.js';
import { walk } from './walk.js';

const statsAtOnce = 32;

/** Objects as files of one directory, on a file system with hard links. For any number of processes of one host. */
export class DirectoryStore implements ObjectStore {
  readonly traits: StoreTraits = {
    ...{ kind: 'directory', createOnly: 'by-links', multipart: false, versioning: 'off', objectLock: 'off' },
  };
  private readonly root: string;
  private readonly folders: Folders;
  private readonly temporaries: TemporaryFiles;

  private constructor(root: string, temporaries: TemporaryFiles) {
    this.root = root;
    this.folders = new Folders(root);
    this.temporaries = temporaries;
  }

  /**
   * Makes the directory when it is not there, and clears temporary files of dead processes.
   *
   * @throws storeErrors.notUsable when it cannot be written to or its file system has no hard links.
   */
  static async open(root: string): Promise<DirectoryStore> {
    try {
      await makeRoot(resolve(root));
      const real = await realpath(root);
      return new DirectoryStore(real, await TemporaryFiles.open(real));
    } catch (error) {
      const message = `The directory ${root} cannot be used as a store: ${messageOf(error)}`;
      throw storeErrors.notUsable(message, { cause: error, details: { root } });
    }
  }

  async create(key: string, body: Uint8Array): Promise<'created' | 'exists'> {
    assertKey(key);
    return guard('create', key, () => this.link(key, body));
  }

  async read(key: string): Promise<Buffer> {
    return present(key, await this.use(key, 'read', (path) => withFile(path, (file) => file.readFile())));
  }

  async readRange(key: string, offset: number, length: number): Promise<Buffer> {
    const bytes = await this.use(key, 'read', (path) =>
      withFile(path, async (file) => {
        const { size } = await file.stat();
        const inside = isNatural(offset) && isNatural(length) && offset + length <= size;
        return { size, found: inside ? await readExactly(file, offset, length) : null };
      }),
    );
    const { size, found } = present(key, bytes);
    if (found === null) {
      const message = `${key} has ${size} bytes, so there are no ${length} from byte ${offset} on`;
      throw storeErrors.rangeOutside(message, { details: { key, offset, length, size } });
    }
    return found;
  }

  async stat(key: string): Promise<ObjectInfo | null> {
    return this.use(key, 'stat', async (path) => infoOf(key, await lstatFile(path)));
  }

  async *list(prefix: string, options: ListOptions = {}): AsyncGenerator<ObjectInfo> {
    assertPrefix(prefix);
    try {
      for await (const keys of this.keysOf(prefix, options.startAfter ?? '')) {
        const stats = await Promise.all(keys.map((key) => lstatEntry(this.pathOf(key))));
        yield* keys.map((key, n) => infoOf(key, stats[n] ?? null)).filter((info) => info !== null);
      }
    } catch (error) {
      throw asStoreError('list', prefix, error);
    }
  }

  async remove(key: string): Promise<void> {
    await this.use(key, 'remove', async (path) => {
      if ((await lstatFile(path)) !== null) {
        await unlinkIfThere(path);
      }
      // Also when somebody else unlinked it: their removal may not be durable yet.
      await syncFolderIfThere(dirname(path));
    });
  }

  async close(): Promise<void> {
    // Nothing is held between calls.
  }

  private async link(key: string, body: Uint8Array): Promise<'created' | 'exists'> {
    const path = this.pathOf(key);
    const folder = dirname(path);
    try {
      await this.folders.make(folder);
      const there = (await lstatFile(path)) !== null;
      const outcome = there ? 'exists' : await this.temporaries.publish(body, path);
      if (outcome === 'exists' && !there && (await lstatFile(path)) === null) {
        throw storeErrors.keyConflict(`a folder or link stands at ${path}`, { details: { key, path } });
      }
      // Also when it exists: who made it may not have come so far yet.
      await syncFolder(folder);
      return outcome;
    } catch (error) {
      if (isFileSystemError(error, 'ENOENT')) {
        this.folders.forget();
      }
      throw error;
    }
  }

  private async *keysOf(prefix: string, startAfter: string): AsyncGenerator<string[]> {
    const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
    if (await isBehindLink(join(this.root, folder, 'any'))) {
      return;
    }
    let keys: string[] = [];
    for await (const key of walk({ root: this.root, prefix, startAfter })) {
      keys.push(key);
      if (keys.length === statsAtOnce) {
        yield keys;
        keys = [];
      }
    }
    yield keys;
  }

  private async use<T>(key: string, verb: string, work: (path: string) => Promise<T>): Promise<T> {
    assertKey(key);
    return guard(verb, key, () => work(this.pathOf(key)));
  }

  private pathOf(key: string): string {
    return join(this.root, key);
  }
}

/** The directory, and its folders above where they are missing, each durable. */
async function makeRoot(path: string, parentIsThere = false): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if (isFileSystemError(error, 'EEXIST')) {
      return;
    }
    if (parentIsThere || !isFileSystemError(error, 'ENOENT')) {
      throw error;
    }
    await makeRoot(dirname(path));
    await makeRoot(path, true);
    return;
  }
  await syncFolder(dirname(path));
}

async function syncFolderIfThere(path: string): Promise<void> {
  try {
    await syncFolder(path);
  } catch (error) {
    if (!isFileSystemError(error, 'ENOENT', 'ENOTDIR')) {
      throw error;
    }
  }
}

async function guard<T>(verb: string, key: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asStoreError(verb, key, error);
  }
}

function asStoreError(verb: string, key: string, error: unknown): unknown {
  if (isHeadwaterError(error)) {
    return error;
  }
  return storeErrors.unavailable(`cannot ${verb} ${key}: ${messageOf(error)}`, {
    cause: error,
    details: { key },
  });
}

function infoOf(key: string, stats: Stats | null): ObjectInfo | null {
  return stats === null ? null : { key, size: stats.size, createdAt: stats.mtime };
}

function present<T>(key: string, found: T | null): T {
  if (found === null) {
    throw storeErrors.objectMissing(`there is no object ${key}`, { details: { key } });
  }
  return found;
}

function isNatural(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
