import type { Clock } from '@headwater/clock';
import type { HeadwaterError } from '@headwater/errors';
import {
  compareTimestamps,
  formatPosition,
  formatTimestamp,
  maxTimestamp,
  type OplogTimestamp,
  type Position,
} from '@headwater/oplog';
import type { DirectConnection } from '../connection/direct-connection.js';
import { entryAt, newestEntry } from '../entries/oplog-entries.js';
import { mongodbErrors } from '../mongodb-errors.js';
import { listCollections } from './collection-listing.js';
import { scanDocuments } from './document-scan.js';
import type { ScannedCollection } from './natural-scan.js';
import type { SourceCollection } from './source-collection.js';
import { committed, committedSince, fcvChanged, rollbackId } from './source-state.js';
import { markBeginning, type SyncBeginning } from './sync-beginning.js';
import { syncCatalogue } from './sync-catalogue.js';

export interface SyncReaderOptions {
  readonly clock: Clock;
  /** The member's majority commit point now; throws when another member answers. */
  readonly majority: () => Promise<Position>;
  /** Aborted with the connection: nothing waits for a member then. */
  readonly signal: AbortSignal;
}

/** How long a majority may take to have `beginApplying`, in milliseconds. */
const beginningMillis = 60_000;
/** How long a majority may take to have `stop` before its catalogue is read, in milliseconds. */
const stopMillis = 60_000;

/**
 * The reading side of one initial sync. Everything is read with readConcern majority and not before beginApplying, so
 * that nothing of the copy can roll back. (The server's own initial sync reads locally and compares the rollback id
 * in the end; here that is a second check, since no built-in role may ask for it.)
 */
export class SyncReader {
  private begunAt: OplogTimestamp | null = null;
  /** The latest state that was read. */
  private readUpTo: OplogTimestamp | null = null;

  constructor(
    private readonly connection: DirectConnection,
    private readonly options: SyncReaderOptions,
  ) {}

  async begin(): Promise<SyncBeginning> {
    const beginning = await markBeginning(this.connection);
    await this.awaitMajority(beginning.beginApplying, beginningMillis);
    this.begunAt = beginning.beginApplying.ts;
    this.readUpTo = null;
    return beginning;
  }

  collections(): Promise<SourceCollection[]> {
    return listCollections(this.connection, this.begun());
  }

  documents(
    collection: ScannedCollection,
    interrupted?: (error: HeadwaterError) => void,
  ): AsyncGenerator<Buffer[]> {
    const begun = this.begun();
    const { clock, signal } = this.options;
    return scanDocuments(this.connection, collection, {
      clock,
      signal,
      interrupted,
      readConcern: isSessionTable(collection) ? () => this.committedNow(begun) : () => committedSince(begun),
      readAt: (ts) => {
        this.readUpTo = this.readUpTo === null ? ts : maxTimestamp(this.readUpTo, ts);
      },
    });
  }

  async end(): Promise<Position> {
    const stop = await newestEntry(this.connection);
    if (this.readUpTo !== null && compareTimestamps(stop.ts, this.readUpTo) < 0) {
      throw mongodbErrors.syncOverrun('the member lost entries whose effects were copied');
    }
    return stop;
  }

  async *catalogueAt(stop: OplogTimestamp): AsyncGenerator<Buffer[]> {
    await this.awaitCommitPoint(stop, stopMillis);
    yield* syncCatalogue(this.connection, stop);
  }

  async confirm(beginning: SyncBeginning, stop: Position, deadlineMillis: number): Promise<void> {
    await this.awaitMajority(stop, deadlineMillis);
    if ((await rollbackId(this.connection)) !== beginning.rbid) {
      throw mongodbErrors.syncOverrun('the member rolled back while it was copied');
    }
    if (await fcvChanged(this.connection, { from: beginning.beginFetching.ts, to: stop.ts })) {
      throw mongodbErrors.syncOverrun(
        'the feature compatibility version was changed during the initial sync',
      );
    }
  }

  /**
   * Resolves when that entry can never roll back.
   *
   * @throws mongodbErrors.majorityLost when it takes too long; syncOverrun when it was rolled back
   */
  private async awaitMajority(position: Position, deadlineMillis: number): Promise<void> {
    await this.awaitCommitPoint(position.ts, deadlineMillis);
    if ((await entryAt(this.connection, position.ts))?.term !== position.term) {
      throw mongodbErrors.syncOverrun(`${formatPosition(position)} was rolled back`);
    }
  }

  private async awaitCommitPoint(ts: OplogTimestamp, deadlineMillis: number): Promise<void> {
    const { clock, majority, signal } = this.options;
    const end = clock.ticksMillis() + deadlineMillis;
    while (compareTimestamps((await majority()).ts, ts) < 0) {
      if (clock.ticksMillis() > end) {
        throw mongodbErrors.majorityLost(`no majority of the members has ${formatTimestamp(ts)}`);
      }
      await clock.sleep(50, signal);
    }
  }

  /** The server takes no afterClusterTime for the session table, so what it would wait for is checked here. */
  private async committedNow(since: OplogTimestamp): Promise<object> {
    if (compareTimestamps((await this.options.majority()).ts, since) < 0) {
      throw mongodbErrors.interrupted('the member is behind the begin of the initial sync');
    }
    return committed;
  }

  private begun(): OplogTimestamp {
    if (this.begunAt === null) {
      throw mongodbErrors.misused('an initial sync reads only after it has begun');
    }
    return this.begunAt;
  }
}

function isSessionTable({ db, name }: ScannedCollection): boolean {
  return db === 'config' && name === 'transactions';
}
