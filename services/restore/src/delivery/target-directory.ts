import { mkdir, open, readdir, readFile, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { messageOf } from '@headwater/errors';
import { z } from 'zod';
import { restoreErrors } from '../restore-errors.js';
import { stagingName } from './staging.js';
import { checkTarget } from './target-checks.js';
import type { TargetOptions } from './target-checks.js';

/** What is written down before the first file is moved: from then on the move is finished, whoever does it. */
const deliverySchema = z.object({ names: z.array(z.string()), job: z.unknown() });

/**
 * Where a restore goes. The work is done in a hidden directory inside the target, on the same file system: until the
 * last step the target holds nothing that looks like data files.
 */
export class TargetDirectory {
  private constructor(
    readonly path: string,
    private readonly id: string,
    /** The highest directory that was made for it; null when the target was there. */
    private readonly made: string | null,
  ) {}

  /**
   * Checks the directory, makes it and takes it: a second restore into it finds it taken. Leaves nothing when it fails.
   *
   * @throws as `checkTarget`
   */
  static async take(options: TargetOptions, id: string): Promise<TargetDirectory> {
    await checkTarget(options);
    const path = resolve(options.path);
    const made = (await mkdir(path, { recursive: true }).catch(unusable(path))) ?? null;
    const target = new TargetDirectory(path, id, made);
    try {
      await mkdir(join(path, stagingName));
    } catch (error) {
      await target.removeMade();
      throw isTaken(error)
        ? restoreErrors.directoryNotEmpty(`${path} is taken by another restore: it holds ${stagingName}`)
        : unusable(path)(error);
    }
    await mkdir(target.own);
    return target;
  }

  /** What a process that is gone was making in `path`; null when nothing of it is there. */
  static async leftBehind(path: string, id: string): Promise<TargetDirectory | null> {
    const target = new TargetDirectory(resolve(path), id, null);
    return (await exists(target.own)) ? target : null;
  }

  /** Where the files are made. */
  get dataDirectory(): string {
    return join(this.own, 'data');
  }

  /**
   * Moves the finished files into place. A move that fails is taken back.
   *
   * @param job what the job says at this moment: whoever finishes an interrupted move reads it from `begunDelivery`
   * @throws restoreErrors.directoryNotEmpty when something else has come into the target meanwhile
   */
  async deliver(job: unknown): Promise<void> {
    const others = (await readdir(this.path)).filter((name) => name !== stagingName);
    if (others.length > 0) {
      throw restoreErrors.directoryNotEmpty(
        `${this.path} is no longer empty: it holds ${others.slice(0, 3).join(', ')}`,
      );
    }
    const names = await readdir(this.dataDirectory);
    await writeFile(this.note, JSON.stringify({ names, job }), { flush: true });
    await syncDirectory(this.own);
    try {
      await this.move(names);
    } catch (error) {
      await this.moveBack(names);
      throw error;
    }
  }

  /** The job of a delivery that was begun; null when none was. */
  async begunDelivery(): Promise<unknown> {
    const note = await readFile(this.note, 'utf8').catch(() => null);
    return note === null ? null : deliverySchema.parse(JSON.parse(note)).job;
  }

  /** Finishes a delivery that another process had begun. */
  async finishDelivery(): Promise<void> {
    const { names } = deliverySchema.parse(JSON.parse(await readFile(this.note, 'utf8')));
    await this.move(names);
  }

  /** After a delivery that was noted: the hidden directory is no longer needed. */
  async tidy(): Promise<void> {
    await rm(join(this.path, stagingName), { recursive: true, force: true });
  }

  /** Leaves nothing behind: neither files nor directories that were made for them. */
  async discard(): Promise<void> {
    if (await exists(this.own)) {
      await this.tidy();
    }
    await this.removeMade();
  }

  private async move(names: readonly string[]): Promise<void> {
    for (const name of names) {
      if (await exists(join(this.dataDirectory, name))) {
        await rename(join(this.dataDirectory, name), join(this.path, name));
      }
    }
    await syncDirectory(this.path);
    const there = new Set(await readdir(this.path));
    const missing = names.filter((name) => !there.has(name));
    if (missing.length > 0) {
      throw restoreErrors.verificationFailed(
        `${missing.slice(0, 3).join(', ')} vanished while the files were moved`,
      );
    }
  }

  private async moveBack(names: readonly string[]): Promise<void> {
    for (const name of names) {
      if (!(await exists(join(this.dataDirectory, name)))) {
        await rename(join(this.path, name), join(this.dataDirectory, name)).catch(() => undefined);
      }
    }
    await rm(this.note, { force: true });
  }

  private async removeMade(): Promise<void> {
    if (this.made !== null) {
      await removeEmpty(this.path, this.made);
    }
  }

  /** Of this restore alone. */
  private get own(): string {
    return join(this.path, stagingName, this.id);
  }

  private get note(): string {
    return join(this.own, 'delivery.json');
  }
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null;
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

function isTaken(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'EEXIST';
}

function unusable(path: string): (cause: unknown) => never {
  return (cause) => {
    throw restoreErrors.directoryUnusable(`${path} cannot be made: ${messageOf(cause)}`, { cause });
  };
}

async function removeEmpty(path: string, highest: string): Promise<void> {
  await rmdir(path).catch(() => undefined);
  if (path !== highest && path.startsWith(highest)) {
    await removeEmpty(dirname(path), highest);
  }
}
