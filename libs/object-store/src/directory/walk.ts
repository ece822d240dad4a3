import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isFileSystemError } from '@headwater/errors';
import { compareKeys, isKeySegment } from '@headwater/object-store';

export interface Walk {
  readonly root: string;
  readonly prefix: string;
  readonly startAfter: string;
}

/**
 * The keys of the files below the root that begin with the prefix and lie above startAfter, ascending. One folder of each
 * level is held at a time. What is neither a file nor a folder, or has a name that no key can have, is passed over.
 */
export async function* walk({ root, prefix, startAfter }: Walk): AsyncGenerator<string> {
  const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
  for (const entry of await entriesOf(root, folder)) {
    if (!entry.startsWith(prefix)) {
      continue;
    }
    if (!entry.endsWith('/')) {
      if (entry > startAfter) {
        yield entry;
      }
    } else if (entry > startAfter || startAfter.startsWith(entry)) {
      yield* walk({ root, prefix: entry, startAfter });
    }
  }
}

/**
 * The files of a folder by their keys, and its folders by theirs with a '/' behind, ascending. Sorted like that, all keys
 * below a folder stand where the folder stands: `a-b` before `a/`, as '-' is below '/'.
 */
async function entriesOf(root: string, folder: string): Promise<string[]> {
  const entries: string[] = [];
  for (const entry of await readFolder(join(root, folder))) {
    if (!isKeySegment(entry.name)) {
      continue;
    }
    if (entry.isDirectory()) {
      entries.push(`${folder}${entry.name}/`);
    } else if (entry.isFile()) {
      entries.push(`${folder}${entry.name}`);
    }
  }
  return entries.sort(compareKeys);
}

async function readFolder(path: string): Promise<Dirent[]> {
  try {
    return await readdir(path, { withFileTypes: true });
  } catch (error) {
    if (isFileSystemError(error, 'ENOENT', 'ENOTDIR')) {
      return [];
    }
    throw error;
  }
}
