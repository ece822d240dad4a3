import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isFileSystemError } from '@headwater/errors';
import { z } from 'zod';
import { launcherErrors } from '../launcher-errors.js';
import { busKinds, storeKinds, type BusKind, type StoreKind } from '../options.js';
import type { DataDirectory } from './data-directory.js';
import { writeWhole } from './whole-file.js';

export interface Kinds {
  readonly bus: BusKind;
  readonly store: StoreKind;
}

const schema = z.object({ bus: z.enum(busKinds), store: z.enum(storeKinds) });

/**
 * Holds a data directory to the kinds of bus and store that it was begun with: another bus or store would begin empty, and what is
 * protected would be copied anew beside a backup that nobody continues.
 *
 * @throws launcherErrors.otherKinds, directoryUnusable
 */
export async function holdToKinds(directory: DataDirectory, kinds: Kinds): Promise<void> {
  const begun = (await noted(fileIn(directory))) ?? found(directory);
  if (begun === null || (begun.bus === kinds.bus && begun.store === kinds.store)) return;
  throw launcherErrors.otherKinds(
    `${directory.path} was begun with ${asOptions(begun)}, and is to be started with ${asOptions(kinds)}`,
  );
}

/** To be called before anything is begun on them. */
export async function noteKinds(directory: DataDirectory, { bus, store }: Kinds): Promise<void> {
  await writeWhole(fileIn(directory), `${JSON.stringify({ bus, store })}\n`);
}

function fileIn({ path }: DataDirectory): string {
  return join(path, 'kinds.json');
}

async function noted(file: string): Promise<Kinds | null> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (isFileSystemError(error, 'ENOENT')) return null;
    throw error;
  });
  if (text === null) return null;
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw launcherErrors.directoryUnusable(`${file} does not say which kinds it was begun with: ${text}`, {
      cause,
    });
  }
}

/** Of a directory that nobody has asked yet: by what lies in it. Null where nothing does. */
function found({ busFile, kafka, store, minio }: DataDirectory): Kinds | null {
  const bus = existsSync(kafka) ? 'kafka' : existsSync(busFile) ? 'embedded' : null;
  const kept = existsSync(minio) ? 'minio' : existsSync(store) ? 'directory' : null;
  return bus === null || kept === null ? null : { bus, store: kept };
}

function asOptions({ bus, store }: Kinds): string {
  return `--bus ${bus} --store ${store}`;
}
