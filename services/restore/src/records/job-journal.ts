import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeId, restoredCollectionSchema } from '@headwater/contracts';
import type { RestoredCollection } from '@headwater/contracts';
import { isFileSystemError } from '@headwater/errors';
import { replaceFile } from '@headwater/recovery';
import { z } from 'zod';
import { jobRecordSchema } from './job-record.js';
import type { JobRecord } from './job-record.js';

const recordForm = /\.job\.json$/;
const collectionsSchema = z.array(restoredCollectionSchema);

export interface JournalContents {
  readonly records: readonly JobRecord[];
  /** Files that are no record, or one of a later version; reading leaves them as they are. */
  readonly unreadable: readonly { readonly path: string; readonly error: unknown }[];
}

/** The restore jobs of this host as files, one a job: what survives the process, and the loss of the bus. */
export class JobJournal {
  private constructor(private readonly directory: string) {}

  static async open(directory: string): Promise<JobJournal> {
    await mkdir(directory, { recursive: true });
    return new JobJournal(directory);
  }

  async read(): Promise<JournalContents> {
    const names = (await readdir(this.directory)).filter((name) => recordForm.test(name)).sort();
    const records: JobRecord[] = [];
    const unreadable: { path: string; error: unknown }[] = [];
    for (const name of names) {
      const path = join(this.directory, name);
      try {
        records.push(jobRecordSchema.parse(JSON.parse(await readFile(path, 'utf8'))));
      } catch (error) {
        unreadable.push({ path, error });
      }
    }
    return { records, unreadable };
  }

  /** Durable when it resolves; after a crash the old record is there or the new one. */
  write(record: JobRecord): Promise<void> {
    return replaceFile(this.fileOf(record.job.id, 'job'), JSON.stringify(jobRecordSchema.parse(record)));
  }

  /** Keeps a record that cannot be read, for people, where it is not written over. Does nothing when there is none. */
  async setAside(id: string): Promise<void> {
    const path = this.fileOf(id, 'job');
    await rename(path, `${path}.unreadable`).catch((error: unknown) => {
      if (!isFileSystemError(error, 'ENOENT')) throw error;
    });
  }

  async remove(id: string): Promise<void> {
    await rm(this.fileOf(id, 'job'), { force: true });
    await rm(this.fileOf(id, 'collections'), { force: true });
  }

  /** Every collection that the verification of a job saw. */
  writeCollections(id: string, collections: readonly RestoredCollection[]): Promise<void> {
    return replaceFile(this.fileOf(id, 'collections'), JSON.stringify(collections));
  }

  /** Null when none were written. */
  async readCollections(id: string): Promise<readonly RestoredCollection[] | null> {
    const text = await readFile(this.fileOf(id, 'collections'), 'utf8').catch(() => null);
    return text === null ? null : collectionsSchema.parse(JSON.parse(text));
  }

  private fileOf(id: string, kind: 'job' | 'collections'): string {
    return join(this.directory, `${encodeId(id)}.${kind}.json`);
  }
}
