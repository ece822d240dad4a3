import fc from 'fast-check';
import { sha256Of } from '../encoding/sha256.js';
import { blockBytes } from '../snapshots/block.js';
import { snapshotId } from '../snapshots/manifest.js';
import type { SnapshotArchive } from '../snapshots/snapshot-archive.js';
import type { Manifest, ManifestFile } from '../snapshots/manifest.js';
import type { SnapshotSeal } from '../snapshots/snapshot-writer.js';
import { position } from './oplog-fixture.js';

/** Contents of data files by their paths. */
export type Files = Readonly<Record<string, Buffer>>;

export function sealAt(t: number, suffix = '00000000'): SnapshotSeal {
  return {
    id: snapshotId({ t, i: 1 }, suffix),
    replicaSetId: 'a'.repeat(24),
    chain: 'c',
    position: position(t),
    serverVersion: '6.0.5',
    fcv: '6.0',
    createdAt: '2026-11-24T08:00:00Z',
  };
}

export async function sealFiles(
  snapshots: SnapshotArchive,
  files: Files,
  options: { seal?: SnapshotSeal; parent?: Manifest | null } = {},
): Promise<Manifest> {
  const writer = snapshots.writer(options.parent ?? null);
  for (const [path, content] of Object.entries(files)) {
    await writer.addFile({ path, size: content.length, mode: 0o600 }, [content]);
  }
  return writer.finish(options.seal ?? sealAt(5));
}

/** The file as a restore would write it: zeros are left out. */
export async function readBack(snapshots: SnapshotArchive, file: ManifestFile): Promise<Buffer> {
  const content = Buffer.alloc(file.size);
  let end = 0;
  for await (const { offset, length, bytes } of snapshots.readFile(file)) {
    if (offset !== end || (bytes !== null && bytes.length !== length)) {
      throw new Error(`block at ${offset} does not follow ${end}`);
    }
    bytes?.copy(content, offset);
    end = offset + length;
  }
  if (end !== file.size) {
    throw new Error(`the blocks end at ${end}, the file at ${file.size}`);
  }
  return content;
}

/** The sha256 of each file, by its path. */
export type Hashes = Readonly<Record<string, string>>;

export function hashesOf(files: Files): Hashes {
  return Object.fromEntries(Object.entries(files).map(([path, content]) => [path, sha256Of(content)]));
}

export async function readHashes(snapshots: SnapshotArchive, manifest: Manifest): Promise<Hashes> {
  const hashes: Record<string, string> = {};
  for (const file of manifest.files) {
    hashes[file.path] = sha256Of(await readBack(snapshots, file));
  }
  return hashes;
}

/** A block told from others by its number: compressible or not; 0 is all zeros. */
export function blockOf(number: number, length = blockBytes): Buffer {
  const block = Buffer.alloc(length, number === 0 ? 0 : `block ${number} `);
  // Odd numbers: a sequence that does not compress.
  for (let at = 0, state = number; number % 2 === 1 && at + 4 <= length; at += 4) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    block.writeUInt32LE((state ^ (state >>> 13)) >>> 0, at);
  }
  return block;
}

/** Files of a few blocks, among them zeros and blocks of other files, with or without a shorter last one. */
export const anyFile: fc.Arbitrary<Buffer> = fc
  .tuple(
    fc.array(fc.nat({ max: 6 }), { maxLength: 12 }),
    fc.nat({ max: 6 }),
    fc.integer({ min: 0, max: blockBytes - 1 }),
  )
  .map(([numbers, last, length]) =>
    Buffer.concat([...numbers.map((number) => blockOf(number)), blockOf(last, length)]),
  );

export const anyFiles: fc.Arbitrary<Files> = fc.dictionary(
  fc.constantFrom('a.wt', 'b.wt', 'journal/c', 'd'),
  anyFile,
  {
    minKeys: 1,
    maxKeys: 4,
  },
);
