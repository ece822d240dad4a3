import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import pLimit from 'p-limit';
import { isOneOf } from '@headwater/errors';
import { seriesOf } from '@headwater/mongod';
import type { Manifest, ManifestFile, ReplicaSetRepository } from '@headwater/repository';
import { claimDirectory } from '../directory/claim.js';
import { writeIdle } from '../directory/fingerprint.js';
import { syncDirectory } from '../directory/durable-files.js';
import { recoveryErrors } from '../recovery-errors.js';
import { progressOf, type LongOperation } from '../progress.js';
import { writeDataFile } from './file-writing.js';

export interface MaterializeRequest extends LongOperation {
  readonly archive: ReplicaSetRepository;
  readonly manifest: Manifest;
  /** Empty, missing, or made by Headwater, which then is deleted. */
  readonly directory: string;
  /** Files that are written at the same time, 1 at least; each has some 50 MiB under way. Default 3. */
  readonly filesAtOnce?: number;
}

const defaultFilesAtOnce = 3;

/**
 * Writes the data files of a block snapshot, durably, every file proven by the sha256 in the manifest. A crash leaves nothing
 * of use.
 *
 * @throws repositoryErrors naming the damaged object; recoveryErrors.directoryNotEmpty, damagedFile.
 */
export async function materialize(request: MaterializeRequest): Promise<{ bytes: number }> {
  const { manifest, directory } = request;
  const state = { format: 1, chain: manifest.chain, series: seriesOf(manifest.serverVersion) } as const;
  await claimDirectory(directory, { ...state, phase: 'materializing' });
  const folders = await makeFolders(directory, manifest.files);
  await writeFiles(request);
  for (const folder of folders) await syncDirectory(folder);
  await writeIdle(directory, { ...state, position: manifest.position });
  return { bytes: manifest.sizeBytes };
}

async function writeFiles({
  archive,
  manifest,
  directory,
  onProgress,
  signal,
  filesAtOnce = defaultFilesAtOnce,
}: MaterializeRequest): Promise<void> {
  const failed = new AbortController();
  const stop = AbortSignal.any([failed.signal, ...(signal === undefined ? [] : [signal])]);
  let bytesDone = 0;
  const onBytes = (bytes: number): void => {
    stop.throwIfAborted();
    bytesDone += bytes;
    onProgress?.(progressOf('materializing', { bytesDone, bytesTotal: manifest.sizeBytes }));
  };
  const write = async (file: ManifestFile): Promise<void> => {
    stop.throwIfAborted();
    const blocks = archive.snapshots.readFile(file, 'none');
    try {
      await writeDataFile(join(directory, file.path), file, blocks, onBytes);
    } catch (error) {
      if (isOneOf(error, [recoveryErrors.damagedFile])) await nameDamage(archive, file);
      throw error;
    }
  };
  const limit = pLimit(filesAtOnce);
  // The largest first: none of them is left alone at the end.
  const files = [...manifest.files].sort((a, b) => b.size - a.size);
  await settled(
    files.map((file) => limit(() => write(file))),
    failed,
  );
}

/** @throws repositoryErrors.damagedObject, naming the first object of the file that is damaged; nothing when none is. */
async function nameDamage(archive: ReplicaSetRepository, file: ManifestFile): Promise<void> {
  const blocks = archive.snapshots.readFile(file);
  while ((await blocks.next()).done !== true);
}

/** Waits for all, ends the others when one fails, and throws what failed first. */
async function settled(work: readonly Promise<void>[], failed: AbortController): Promise<void> {
  const results = await Promise.allSettled(
    work.map(async (one) => {
      try {
        await one;
      } catch (error) {
        failed.abort(error);
        throw error;
      }
    }),
  );
  if (results.some(({ status }) => status === 'rejected')) throw failed.signal.reason;
}

/** @returns the folders whose names must become durable. */
async function makeFolders(directory: string, files: readonly ManifestFile[]): Promise<string[]> {
  const folders = new Set([directory, ...files.map(({ path }) => dirname(join(directory, path)))]);
  for (const folder of folders) await mkdir(folder, { recursive: true });
  return [...folders, dirname(directory)];
}
