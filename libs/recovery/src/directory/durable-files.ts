import { open, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Makes the names in a directory durable: a file's own fsync does not. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** Replaces a small file: afterwards, and after a crash at any moment, it has the old content or the new one. */
export async function replaceFile(path: string, content: string): Promise<void> {
  const temporary = `${path}.new`;
  await writeFile(temporary, content, { flush: true });
  await rename(temporary, path);
  await syncDirectory(dirname(path));
}
