import type { StatementSync } from 'node:sqlite';
import type { BusFile } from '../bus-file.js';

const mebibyte = 1024 * 1024;
/** What is free stays in the file up to this size: what comes next is written there. */
const spareBytes = 16 * mebibyte;
/** One transaction moves no more: whoever produces waits for it. */
const vacuumBytes = 2 * mebibyte;
/** Every commit copies a log of 16 MiB into the file as far as readers let it; one that outgrew that had no chance. */
const logBytes = 24 * mebibyte;

export interface SpaceOptions {
  readonly file: BusFile;
  /** Awaited between two steps: it lets others have the file, and throws where upkeep is to stop. */
  readonly pause: () => Promise<void>;
}

/** Gives what is free in a bus file back to the file system, and keeps the write-ahead log short. */
export class Space {
  private readonly options: SpaceOptions;
  private readonly vacuum: StatementSync;
  private readonly checkpoint: StatementSync;
  private readonly truncation: StatementSync;

  constructor(options: SpaceOptions) {
    this.options = options;
    const { file } = options;
    this.vacuum = file.prepare(`PRAGMA incremental_vacuum(${vacuumBytes / file.space().pageBytes})`);
    this.checkpoint = file.prepare('PRAGMA wal_checkpoint(PASSIVE)');
    this.truncation = file.prepare('PRAGMA wal_checkpoint(TRUNCATE)');
  }

  async run(): Promise<void> {
    const gaveBack = await this.giveBack();
    // The file becomes shorter when the log that says so is copied into it.
    if (gaveBack || this.options.file.logBytes() > logBytes) await this.emptyLog();
  }

  private async giveBack(): Promise<boolean> {
    const { file, pause } = this.options;
    let gaveBack = false;
    while ((await file.read(() => file.space().freeBytes)) > spareBytes) {
      await file.write(() => this.vacuum.all());
      gaveBack = true;
      await pause();
    }
    return gaveBack;
  }

  /** A truncation keeps writers out while it copies, so that as much as can be is copied before. */
  private async emptyLog(): Promise<void> {
    const { file } = this.options;
    const { log, checkpointed } = await file.read(() => this.checkpoint.get() ?? {});
    if (log === checkpointed) await file.read(() => this.truncation.get());
  }
}
