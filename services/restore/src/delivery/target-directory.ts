import { lstat, mkdir, readdir, readFile, rename, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { isFileSystemError, messageOf } from '@headwater/errors';
import { replaceFile, syncDirectory } from '@headwater/recovery';
import { z } from 'zod';
import { restoreErrors } from '../restore-errors.js';
import { stagingName } from './staging.js';

/** What is written down before the first file is moved: from then on the move is finished, whoever does it. */
const deliverySchema = z.object({ names: z.array(z.string()), job: z.unknown() });

export interface TargetPlace {
  readonly path: string;
  /** Of the restore. */
  readonly id: string;
  /** The highest directory that is made for it; null when the target was there. */
  readonly made: string | null;
}

/**
 * Where a restore goes. The work is done in a hidden directory inside the target, on the same file system: until the
 * last step the target holds nothing that looks like data files.
 */
export class TargetDirectory {
  readonly path: string;

  constructor(private readonly place: TargetPlace) {
    this.path = resolve(place.path);
  }

  /**
   * Makes the directory and takes it: a second restore into it finds it taken. Leaves nothing when it fails.
   *
   * @throws restoreErrors.directoryNotEmpty, directoryUnusable
   */
  async take(): Promise<void> {
    const { path } = this;
    await mkdir(path, { recursive: true }).catch(unusable(path));
    try {
      await mkdir(this.staging);
    } catch (error) {
      await this.removeMade();
      throw isFileSystemError(error, 'EEXIST')
        ? restoreErrors.directoryNotEmpty(`${path} is taken by another restore: it holds ${stagingName}`)
        : unusable(path)(error);
    }
    try {
      await mkdir(this.own);
      // Names that are not durable would be a vanished directory to whoever goes on after a power cut.
      for (const parent of [this.staging, path, dirname(path)]) await syncDirectory(parent);
    } catch (error) {
      await this.discard();
      return unusable(path)(error);
    }
  }

  /** The hidden directory is there. */
  isThere(): Promise<boolean> {
    return exists(this.own);
  }

  /** Where the files are made. */
  get dataDirectory(): string {
    return join(this.own, 'data');
  }

  /** Bytes on disk that the restore has taken so far. */
  async takenBytes(): Promise<number> {
    const names = await readdir(this.own, { recursive: true }).catch(() => []);
    const sizes = await Promise.all(
      names.map((name) =>
        stat(join(this.own, name)).then(
          ({ blocks }) => blocks * 512,
          () => 0,
        ),
      ),
    );
    return sizes.reduce((sum, size) => sum + size, 0);
  }

  /**
   * Moves the finished files into place. A move that fails is taken back.
   *
   * @param job what the job says at this moment: whoever finishes an interrupted move reads it from `begunDelivery`
   * @throws restoreErrors.directoryNotEmpty when something else has come into the target meanwhile; directoryUnusable when
   *   a move cannot be taken back
   */
  async deliver(job: unknown): Promise<void> {
    const others = (await readdir(this.path)).filter((name) => name !== stagingName);
    if (others.length > 0) {
      throw restoreErrors.directoryNotEmpty(
        `${this.path} is no longer empty: it holds ${others.slice(0, 3).join(', ')}`,
      );
    }
    const names = await readdir(this.dataDirectory);
    await replaceFile(this.note, JSON.stringify({ names, job }));
    await this.moveOrUndo(names);
  }

  /** The job of a delivery that was begun; null when none was. */
  async begunDelivery(): Promise<unknown> {
    const note = await readFile(this.note, 'utf8').catch(() => null);
    return note === null ? null : deliverySchema.parse(JSON.parse(note)).job;
  }

  /** Finishes a delivery that another process had begun; where that fails it is taken back. */
  async finishDelivery(): Promise<void> {
    await this.moveOrUndo(await this.begunNames());
  }

  /** Leaves what was delivered; the hidden directory is no longer needed. May be called again. */
  async tidy(): Promise<void> {
    await rm(this.own, { recursive: true, force: true });
    await rmdir(this.staging).catch(() => undefined);
  }

  /**
   * Leaves nothing behind: neither files nor directories that were made for them. May be called again.
   *
   * @throws restoreErrors.directoryUnusable when files were moved into the target and cannot be taken back; nothing is
   *   removed then
   */
  async discard(): Promise<void> {
    if (await exists(this.note)) await this.moveBack(await this.begunNames());
    await this.tidy();
    await this.removeMade();
  }

  private async moveOrUndo(names: readonly string[]): Promise<void> {
    try {
      await this.move(names);
    } catch (error) {
      await this.moveBack(names);
      throw error;
    }
  }

  private async move(names: readonly string[]): Promise<void> {
    for (const name of names) {
      const [from, to] = [join(this.dataDirectory, name), join(this.path, name)];
      if (!(await exists(from))) continue;
      // What was moved is no longer there to be moved: this is somebody else's.
      if (await exists(to)) {
        throw restoreErrors.directoryNotEmpty(`${to} came into the target while the files were moved`);
      }
      await rename(from, to);
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

  /** The note stays until everything is back: without it nobody knows which files of the target are the restore's. */
  private async moveBack(names: readonly string[]): Promise<void> {
    await mkdir(this.dataDirectory, { recursive: true }).catch(this.stuck(this.path));
    for (const name of names) {
      const [from, to] = [join(this.path, name), join(this.dataDirectory, name)];
      if (!(await exists(to)) && (await exists(from))) await rename(from, to).catch(this.stuck(from));
    }
    await rm(this.note, { force: true });
  }

  private stuck(path: string): (cause: unknown) => never {
    return (cause) => {
      throw restoreErrors.directoryUnusable(
        `files of a restore that was not finished stay in ${path}: they cannot be moved back: ${messageOf(cause)}`,
        { cause },
      );
    };
  }

  private async begunNames(): Promise<readonly string[]> {
    return deliverySchema.parse(JSON.parse(await readFile(this.note, 'utf8'))).names;
  }

  /** What has come into them meanwhile keeps them. */
  private async removeMade(): Promise<void> {
    if (this.place.made !== null) {
      await removeEmpty(this.path, this.place.made);
    }
  }

  private get staging(): string {
    return join(this.path, stagingName);
  }

  /** Of this restore alone. */
  private get own(): string {
    return join(this.staging, this.place.id);
  }

  private get note(): string {
    return join(this.own, 'delivery.json');
  }
}

async function exists(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => null)) !== null;
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
