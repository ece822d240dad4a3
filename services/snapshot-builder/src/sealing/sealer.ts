import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, posix, relative, sep } from 'node:path';
import type { Clock } from '@headwater/clock';
import type { Position } from '@headwater/oplog';
import type { Manifest, ReplicaSetRepository, SyncComplete } from '@headwater/repository';
import { nameOf } from './snapshot-name.js';

export interface SealRequest {
  readonly archive: ReplicaSetRepository;
  /** Data files of a cleanly stopped mongod: nothing changes them meanwhile. */
  readonly directory: string;
  readonly chain: string;
  readonly position: Position;
  /** The initial sync or the snapshot that the head was made of. */
  readonly origin: Pick<SyncComplete, 'replicaSetId' | 'serverVersion' | 'fcv'>;
  /** The newest snapshot of the same chain, whose blocks are used again. */
  readonly parentId: string | null;
  readonly signal: AbortSignal;
  /** Throws when something else opened the files. Asked before the first one is read, and after the last. */
  readonly standsStill: () => Promise<void>;
  /** @param ratio 0 to 1, of the bytes of data files */
  readonly onProgress: (ratio: number) => void;
}

const readBytes = 1024 * 1024;

/** What a mongod leaves in its directory that is no data. */
const leftovers = new Set(['mongod.lock', 'WiredTiger.lock', 'diagnostic.data', '_tmp']);

/** Makes a block snapshot of a head that stands still. */
export class Sealer {
  constructor(private readonly clock: Clock) {}

  async seal(request: SealRequest): Promise<Manifest> {
    const { archive, directory, chain, position, origin, parentId, signal, onProgress } = request;
    await request.standsStill();
    const parent = parentId === null ? null : await archive.snapshots.read(parentId);
    const files = await dataFiles(directory);
    const total = files.reduce((sum, { size }) => sum + size, 0);
    const writer = archive.snapshots.writer(parent);
    let done = 0;
    for (const file of files) {
      signal.throwIfAborted();
      await writer.addFile(
        file,
        createReadStream(join(directory, file.path), { highWaterMark: readBytes, signal }),
      );
      done += file.size;
      onProgress(total === 0 ? 1 : done / total);
    }
    await request.standsStill();
    const { replicaSetId, serverVersion, fcv } = origin;
    return writer.finish({
      id: nameOf('block', chain, position),
      replicaSetId,
      chain,
      position,
      serverVersion,
      fcv,
      createdAt: this.clock.now().toISOString(),
    });
  }
}

interface DataFile {
  /** Relative to the directory, with '/'. */
  readonly path: string;
  readonly size: number;
  readonly mode: number;
}

/** Ascending by path. */
async function dataFiles(directory: string): Promise<readonly DataFile[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files: DataFile[] = [];
  for (const entry of entries) {
    const path = relative(directory, join(entry.parentPath, entry.name)).split(sep).join(posix.sep);
    if (!entry.isFile() && !entry.isDirectory()) {
      throw new Error(`${path} is neither a file nor a folder: it is not a data file`);
    }
    if (entry.isFile() && !leftovers.has(path.split('/')[0] ?? '')) {
      const { size, mode } = await stat(join(directory, path));
      files.push({ path, size, mode: mode & 0o777 });
    }
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}
