import { constants, type Stats } from 'node:fs';
import { lstat, open, realpath, unlink, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isFileSystemError } from '@headwater/errors';

/** What says that there is no file at a path: nothing, a file where a folder should be, a link, a folder. */
const noFile = ['ENOENT', 'ENOTDIR', 'ELOOP', 'EISDIR'] as const;

/** The file at `path`, itself not a link and not reached over one; null when there is none. */
export async function lstatFile(path: string): Promise<Stats | null> {
  return (await isBehindLink(path)) ? null : lstatEntry(path);
}

/** The file at `path` when it was just found in its folder: how that was reached is not looked at again. */
export async function lstatEntry(path: string): Promise<Stats | null> {
  const found = await orNull(lstat(path));
  return found?.isFile() === true ? found : null;
}

/** Hands the open file to `use`; null when `lstatFile` would find none. */
export async function withFile<T>(path: string, use: (file: FileHandle) => Promise<T>): Promise<T | null> {
  if (await isBehindLink(path)) {
    return null;
  }
  const file = await orNull(open(path, constants.O_RDONLY | constants.O_NOFOLLOW));
  if (file === null) {
    return null;
  }
  try {
    return await orNull(use(file));
  } finally {
    await file.close();
  }
}

/** Exactly `length` bytes from `offset` on; null when the file ends before. */
export async function readExactly(file: FileHandle, offset: number, length: number): Promise<Buffer | null> {
  const bytes = Buffer.allocUnsafeSlow(length);
  for (let done = 0; done < length;) {
    const { bytesRead } = await file.read(bytes, done, length - done, offset + done);
    if (bytesRead === 0) {
      return null;
    }
    done += bytesRead;
  }
  return bytes;
}

export async function unlinkIfThere(path: string): Promise<void> {
  await orNull(unlink(path));
}

/** Whether a folder on the way to `path`, which has no link in it by itself, is a symbolic link. */
export async function isBehindLink(path: string): Promise<boolean> {
  const folder = dirname(path);
  const real = await orNull(realpath(folder));
  return real !== null && real !== folder;
}

async function orNull<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (isFileSystemError(error, ...noFile)) {
      return null;
    }
    throw error;
  }
}
