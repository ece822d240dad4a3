import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Position } from '@headwater/oplog';
import { snapshotId, type Manifest, type ReplicaSetRepository } from '@headwater/repository';

const noData = new Set(['mongod.lock', 'WiredTiger.lock', 'mongod.log']);

export interface Sealing {
  readonly directory: string;
  readonly chain: string;
  readonly position: Position;
  readonly serverVersion: string;
  /** An earlier snapshot of the same files, whose blocks are used again; none unless told otherwise. */
  readonly parent?: Manifest;
}

const readBytes = 1024 * 1024;

/** A block snapshot of a stopped data directory, as the snapshot-builder makes one. */
export async function sealSnapshot(archive: ReplicaSetRepository, sealing: Sealing): Promise<Manifest> {
  const { directory, chain, position, serverVersion } = sealing;
  const writer = archive.snapshots.writer(sealing.parent ?? null);
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || noData.has(entry.name)) continue;
    const file = join(entry.parentPath, entry.name);
    const { size, mode } = await stat(file);
    const path = relative(directory, file);
    const content = createReadStream(file, { highWaterMark: readBytes }) as AsyncIterable<Buffer>;
    await writer.addFile({ path, size, mode: mode & 0o777 }, content);
  }
  return writer.finish({
    id: snapshotId(position.ts, randomBytes(4).toString('hex')),
    ...{ replicaSetId: 'spec', chain, position, serverVersion, fcv: '6.0' },
    createdAt: '2026-01-01T00:00:00Z',
  });
}
