import { createHash } from 'node:crypto';
import { mkdtemp, open, readFile, rm, stat, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { blockBytes, type FileBlock } from '@headwater/repository';
import { writeDataFile } from './file-writing.js';

/** Blocks of which some are zeros, and the file that they are. */
const files = fc
  .array(fc.constantFrom('zero', 'bytes'), { maxLength: 40 })
  .chain((kinds) => fc.record({ kinds: fc.constant(kinds), last: fc.integer({ min: 1, max: blockBytes }) }));

function blocksOf(kinds: readonly string[], last: number): { blocks: FileBlock[]; whole: Buffer } {
  const blocks = kinds.map((kind, n): FileBlock => {
    const length = n === kinds.length - 1 ? last : blockBytes;
    return { offset: n * blockBytes, length, bytes: kind === 'zero' ? null : Buffer.alloc(length, n + 1) };
  });
  return { blocks, whole: Buffer.concat(blocks.map(({ bytes, length }) => bytes ?? Buffer.alloc(length))) };
}

// eslint-disable-next-line @typescript-eslint/require-await -- what writeDataFile takes
async function* each(blocks: readonly FileBlock[]): AsyncGenerator<FileBlock> {
  yield* blocks;
}

describe('writeDataFile', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'headwater-file-'));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  const write = async (whole: Buffer, blocks: readonly FileBlock[], sha256 = sha256Of(whole)) => {
    const path = join(root, `file-${String(Math.random())}`);
    const file = { path: 'file', size: whole.length, mode: 0o640, sha256, fileMaps: [] };
    let bytes = 0;
    await writeDataFile(path, file, each(blocks), (some) => (bytes += some));
    return { path, bytes };
  };

  it('gives back the file, whatever of it is zeros, and tells of every byte', async () => {
    await fc.assert(
      fc.asyncProperty(files, async ({ kinds, last }) => {
        const { blocks, whole } = blocksOf(kinds, last);
        const { path, bytes } = await write(whole, blocks);
        expect((await readFile(path)).equals(whole)).toBe(true);
        expect(bytes).toBe(whole.length);
      }),
      { numRuns: 30 },
    );
  });

  it('keeps the mode, and does not store zeros', async () => {
    const { blocks, whole } = blocksOf(
      Array.from({ length: 64 }, () => 'zero'),
      5,
    );
    const { mode, blocks: stored } = await stat((await write(whole, blocks)).path);
    expect(mode & 0o777).toBe(0o640);
    expect(stored).toBe(0);
  });

  it('gives back a file that goes to the disk in several pieces', async () => {
    const { blocks, whole } = blocksOf(
      Array.from({ length: 600 }, () => 'bytes'),
      7,
    );
    const { path } = await write(whole, blocks);
    expect((await readFile(path)).equals(whole)).toBe(true);
  });

  it('fails when a piece did not reach the disk, though a later sync would succeed', async () => {
    const { blocks, whole } = blocksOf(
      Array.from({ length: 600 }, () => 'bytes'),
      7,
    );
    const handle = await open(join(root, 'some'), 'w');
    const prototype = Object.getPrototypeOf(handle) as FileHandle;
    await handle.close();
    const broken = new Error('the disk is broken');
    const datasync = jest.spyOn(prototype, 'datasync').mockRejectedValueOnce(broken);
    try {
      await expect(write(whole, blocks)).rejects.toBe(broken);
    } finally {
      datasync.mockRestore();
    }
  });

  it('refuses blocks that are not the file, and never overwrites one', async () => {
    const { blocks, whole } = blocksOf(['bytes', 'zero', 'bytes'], 100);
    await expect(write(whole, blocks, sha256Of(Buffer.from('another')))).rejects.toMatchObject({
      code: 'RECOVERY-10010',
    });
    const { path } = await write(whole, blocks);
    const file = { path: 'file', size: whole.length, mode: 0o600, sha256: sha256Of(whole), fileMaps: [] };
    await expect(writeDataFile(path, file, each(blocks), () => undefined)).rejects.toMatchObject({
      code: 'EEXIST',
    });
  });
});

function sha256Of(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
