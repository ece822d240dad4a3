import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { blockBytes, type FileBlock, type ManifestFile } from '@headwater/repository';
import { recoveryErrors } from '../recovery-errors.js';

/** Blocks that are written with one call. */
const blocksAtOnce = 16;
const zeros = Buffer.alloc(blockBytes);
/** Written bytes go to the disk in such pieces while the next ones are being proven; else all of them wait for the end. */
const flushBytes = 32 * 1024 * 1024;

/**
 * Writes a data file from its blocks, in order, and makes its contents durable. Stretches of zeros become holes.
 *
 * @param onBytes told of every few blocks, in bytes.
 * @throws recoveryErrors.damagedFile unless the whole has the sha256 of the manifest.
 */
export async function writeDataFile(
  path: string,
  file: ManifestFile,
  blocks: AsyncIterable<FileBlock>,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const handle = await open(path, 'wx', file.mode);
  try {
    const sha256 = await writeBlocks(handle, blocks, onBytes);
    if (sha256 !== file.sha256) {
      throw recoveryErrors.damagedFile(`${file.path} does not have the sha256 that its snapshot names.`, {
        details: { path: file.path },
      });
    }
    // Zeros at the end were not written.
    await handle.truncate(file.size);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function writeBlocks(
  handle: FileHandle,
  blocks: AsyncIterable<FileBlock>,
  onBytes: (bytes: number) => void,
): Promise<string> {
  const hash = createHash('sha256');
  const flush = new EarlyFlush(handle);
  let run = new Run();
  let written = Promise.resolve();
  const write = async (full: Run): Promise<void> => {
    await written;
    written = full.writeTo(handle).then(async (bytes) => {
      onBytes(bytes);
      await flush.after(bytes);
    });
    // Awaited before the next one or at the end.
    written.catch(() => undefined);
  };
  for await (const block of blocks) {
    hash.update(block.bytes ?? zeros.subarray(0, block.length));
    if (!run.takes(block)) {
      await write(run);
      run = new Run();
    }
    run.add(block);
  }
  await write(run);
  await written;
  await flush.ended();
  return hash.digest('hex');
}

/**
 * Keeps the disk at work: a flush runs beside the writing, one at a time. What it threw must not be lost: the system
 * tells of a failed write once, and the sync at the end would succeed.
 */
class EarlyFlush {
  private unflushed = 0;
  private isRunning = false;
  private last: Promise<void> = Promise.resolve();

  constructor(private readonly handle: FileHandle) {}

  /** Told of bytes that were written. Waits while the disk is two pieces behind. @throws what a flush threw. */
  async after(bytes: number): Promise<void> {
    this.unflushed += bytes;
    if (this.unflushed >= 2 * flushBytes) await this.last;
    if (this.unflushed < flushBytes || this.isRunning) return;
    this.unflushed = 0;
    this.last = Promise.all([this.last, this.flush()]).then(() => undefined);
    // Awaited at a later turn or at the end.
    this.last.catch(() => undefined);
  }

  /** Resolves when none runs. @throws what a flush threw. */
  async ended(): Promise<void> {
    await this.last;
  }

  private async flush(): Promise<void> {
    this.isRunning = true;
    try {
      await this.handle.datasync();
    } finally {
      this.isRunning = false;
    }
  }
}

/** Neighbouring blocks, all with bytes or all without. */
class Run {
  private offset = 0;
  private length = 0;
  private count = 0;
  private readonly pieces: Buffer[] = [];

  takes(block: FileBlock): boolean {
    return (
      this.count === 0 || (this.count < blocksAtOnce && (block.bytes === null) === (this.pieces.length === 0))
    );
  }

  add({ offset, length, bytes }: FileBlock): void {
    if (this.count === 0) this.offset = offset;
    this.count += 1;
    this.length += length;
    if (bytes !== null) this.pieces.push(bytes);
  }

  /** @returns how many bytes of the file it is. */
  async writeTo(handle: FileHandle): Promise<number> {
    if (this.pieces.length === 0) return this.length;
    const { bytesWritten } = await handle.writev(this.pieces, this.offset);
    // A full disk or a quota cuts a write short without an error.
    if (bytesWritten !== this.length) {
      throw recoveryErrors.diskFull(`Only ${bytesWritten} of ${this.length} bytes could be written.`);
    }
    return this.length;
  }
}
