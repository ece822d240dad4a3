import { copyFile, mkdir, open, readdir } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';

/** Copies the files of a stopped data directory one after the other and makes each durable, as `cp` and fsync would. */
export async function copyDurably(from: string, to: string): Promise<void> {
  const folders = new Set([to]);
  await mkdir(to);
  for (const entry of await readdir(from, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const source = join(entry.parentPath, entry.name);
    const target = join(to, relative(from, source));
    await mkdir(dirname(target), { recursive: true });
    await copyFile(source, target);
    await synced(target);
    folders.add(dirname(target));
  }
  for (const folder of folders) await synced(folder);
}

async function synced(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
