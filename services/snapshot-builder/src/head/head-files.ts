import type { Clock } from '@headwater/clock';
import { isOneOf, messageOf } from '@headwater/errors';
import { mongodErrors, seriesOf } from '@headwater/mongod';
import type { OplogTimestamp, Position } from '@headwater/oplog';
import { readState, recoveryErrors } from '@headwater/recovery';
import type { CycleOutcome, RecoveryEngine, RecoveryProgress } from '@headwater/recovery';
import { isDamage } from '@headwater/repository';
import type { ReplicaSetRepository } from '@headwater/repository';
import type { Logger } from '@headwater/service-kit';
import { builderErrors } from '../builder-errors.js';
import { withDeadline } from './deadline.js';
import type { HeadJournal } from './head-journal.js';

export interface HeadFilesOptions {
  readonly archive: ReplicaSetRepository;
  /** Where the head's data files are. */
  readonly directory: string;
  readonly engine: RecoveryEngine;
  readonly journal: HeadJournal;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface Head {
  readonly chain: string;
  readonly position: Position;
}

export interface Advance {
  readonly chain: string;
  readonly from: Position;
  /** Inclusive. */
  readonly to: OplogTimestamp;
  readonly serverVersion: string;
  /** As estimated. */
  readonly seconds: number;
}

/** Files that failed this often are made anew. */
const failuresBeforeRebuild = 3;
/** Whatever a replay is estimated to take, it gets this long; and several times the estimate where that is longer. */
const leastReplayMillis = 30 * 60_000;
const patience = 5;
/** Nothing is known of what a replay that was interrupted has before it. */
const resumeMillis = 6 * 60 * 60_000;

/** The data files of a head: makes them, brings them on, and knows when they are of no use. */
export class HeadFiles {
  /** How often the files themselves have failed since they were made. */
  private failures = 0;
  /** Block snapshots of which an object was found damaged. */
  readonly damaged = new Set<string>();

  constructor(private readonly options: HeadFilesOptions) {}

  /** Files of another chain, or that nothing can be done with, are of no use: null. */
  async resume(chain: string, signal: AbortSignal): Promise<Head | null> {
    const { engine, archive, directory, journal, clock } = this.options;
    const state = await readState(directory);
    const isOfUse = state?.chain === chain && this.failures < failuresBeforeRebuild;
    const found = isOfUse
      ? await withDeadline({ clock, millis: resumeMillis, signal, what: 'resuming the head' }, (inTime) =>
          engine.resume({ archive, directory, signal: inTime }),
        )
      : { kind: 'absent' as const };
    if (found.kind !== 'ready') {
      await journal.enter('absent');
      return null;
    }
    const head = { chain: found.chain, position: found.position };
    await journal.enter('idle', head);
    return head;
  }

  async seed(syncId: string, signal: AbortSignal): Promise<Head> {
    const { engine, archive, directory, journal } = this.options;
    await journal.enter('seeding');
    const made = this.stopwatch('head.seeded');
    return made(await engine.seed({ archive, syncId, directory, signal, onProgress: this.onProgress }));
  }

  /**
   * The data files of a block snapshot.
   *
   * @throws builderErrors.baseDamaged naming the object: the snapshot is not tried again
   */
  async materialize(snapshotId: string, signal: AbortSignal): Promise<Head> {
    const { engine, archive, directory, journal, logger } = this.options;
    await journal.enter('seeding', { reason: `the head is made of block snapshot ${snapshotId}` });
    const made = this.stopwatch('head.materialized');
    try {
      const manifest = await archive.snapshots.read(snapshotId);
      await engine.materialize({ archive, manifest, directory, signal, onProgress: this.onProgress });
      return await made({ chain: manifest.chain, position: manifest.position });
    } catch (error) {
      if (!isSnapshotDamage(error)) {
        throw error;
      }
      this.damaged.add(snapshotId);
      logger.error(
        { logId: 'head.base-damaged', ...this.about, snapshot: snapshotId, err: error },
        'a block snapshot is damaged',
      );
      const message = `block snapshot ${snapshotId} cannot be used for the head: ${messageOf(error)}`;
      throw builderErrors.baseDamaged(message, { cause: error, details: { snapshotId } });
    }
  }

  async advance({ serverVersion, seconds, ...range }: Advance, signal: AbortSignal): Promise<CycleOutcome> {
    const { engine, archive, directory, clock } = this.options;
    const series = seriesOf(serverVersion);
    const millis = Math.max(leastReplayMillis, patience * seconds * 1000);
    return withDeadline({ clock, millis, signal, what: 'replaying the oplog on the head' }, (inTime) =>
      engine.replay({ archive, directory, series, signal: inTime, ...range }),
    );
  }

  /** @throws recoveryErrors.directoryTouched and others, unless the files are those that the engine left. */
  checkUntouched(): Promise<void> {
    const { engine, directory } = this.options;
    return engine.checkUntouched({ directory });
  }

  /** Files that fail over and over are given up. */
  distrust(error: unknown): void {
    this.failures = isOfTheFiles(error) ? this.failures + 1 : this.failures;
  }

  private readonly onProgress = ({ bytesDone, bytesTotal }: RecoveryProgress): void => {
    if (bytesTotal !== null && bytesTotal > 0) {
      this.options.journal.progressed(bytesDone / bytesTotal);
    }
  };

  /** @returns says that the head was made, and how long it took */
  private stopwatch(logId: string): (head: Head) => Promise<Head> {
    const { clock, journal, logger } = this.options;
    const startedAt = clock.ticksMillis();
    return async (head) => {
      this.failures = 0;
      await journal.enter('idle', head);
      const seconds = Math.round((clock.ticksMillis() - startedAt) / 100) / 10;
      logger.info({ logId, ...this.about, ...head, seconds }, 'the head is made');
      return head;
    };
  }

  private get about() {
    const { archive } = this.options;
    return { deployment: archive.deployment, replicaSet: archive.name };
  }
}

/** Of an object of the store, or of a file that its objects make together. */
export function isSnapshotDamage(error: unknown): boolean {
  return isDamage(error) || isOneOf(error, [recoveryErrors.damagedFile]);
}

const aboutFiles = [
  recoveryErrors.directoryTouched,
  recoveryErrors.replayMissed,
  mongodErrors.startFailed,
  mongodErrors.uncleanStop,
  builderErrors.workOverdue,
];

function isOfTheFiles(error: unknown): boolean {
  return isOneOf(error, aboutFiles);
}
