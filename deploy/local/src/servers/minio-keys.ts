import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isFileSystemError } from '@headwater/errors';
import { z } from 'zod';
import { writeWhole } from '../data-directory/whole-file.js';
import { launcherErrors } from '../launcher-errors.js';

const schema = z.object({ accessKey: z.string().min(3), secretKey: z.string().min(8) });

export type MinioKeys = z.infer<typeof schema>;

/**
 * The keys of the MinIO of a data directory: made once, then the same ones, for nobody else to read.
 *
 * @throws launcherErrors.keysUnreadable
 */
export async function keysIn(file: string): Promise<MinioKeys> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (isFileSystemError(error, 'ENOENT')) return null;
    throw error;
  });
  if (text !== null) return parsed(text, file);
  const keys = { accessKey: randomBytes(8).toString('hex'), secretKey: randomBytes(16).toString('hex') };
  await writeWhole(file, `${JSON.stringify(keys)}\n`, 0o600);
  return keys;
}

function parsed(text: string, file: string): MinioKeys {
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    // Without a cause: it would quote what may be half of a key.
    throw launcherErrors.keysUnreadable(`${file} holds no access key and secret key`);
  }
}
