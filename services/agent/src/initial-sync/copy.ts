import { randomUUID } from 'node:crypto';
import type { CaptureState } from '@headwater/contracts';
import { messageOf } from '@headwater/errors';
import type { Position } from '@headwater/oplog';
import { closeSource } from '../source/source-opening.js';
import type { OpenSource } from '../source/source-opening.js';
import { InitialSync } from './initial-sync.js';
import type { InitialSyncOptions } from './initial-sync.js';
import { SyncAnnouncer } from './sync-announcer.js';
import type { SyncAnnouncerOptions } from './sync-announcer.js';
import { openSyncSource } from './sync-source.js';
import type { SyncSource } from './sync-source.js';

export interface CopyOptions {
  readonly sync: InitialSyncOptions;
  readonly announcer: SyncAnnouncerOptions;
  readonly openSource: OpenSource;
}

/** Where the chain of a copy begins. */
export type ChainBegun = (chain: string, beginFetching: Position) => void;

/** `stopped`: the bus is told nothing, whoever stopped it knows. */
export type CopyOutcome = 'sent' | 'abandoned' | 'stopped';

/** One attempt at an ordered initial sync: it waits for a source, copies, and is sent or abandoned. */
export class Copy {
  readonly syncId: string;
  readonly attempt: string;
  private readonly announcer: SyncAnnouncer;
  private readonly stopping = new AbortController();
  private done: Promise<CopyOutcome> | null = null;

  constructor(
    private readonly options: CopyOptions,
    private readonly order: CaptureState,
  ) {
    this.announcer = new SyncAnnouncer(options.announcer, attemptAt(order));
    this.syncId = this.announcer.attempt.syncId;
    this.attempt = this.announcer.attempt.attempt;
  }

  /** @param begun told once, when the bus has the beginning */
  start(pauseMillis: number, begun: ChainBegun): Promise<CopyOutcome> {
    this.done ??= this.run(pauseMillis, begun, this.stopping.signal);
    return this.done;
  }

  async stop(reason: string): Promise<void> {
    this.stopping.abort(new Error(reason));
    await this.done;
  }

  /** No more of this sync will come, whoever began it. */
  abandon(reason: string, signal: AbortSignal): Promise<void> {
    return this.announcer.abandoned(reason, signal);
  }

  private async run(pauseMillis: number, begun: ChainBegun, signal: AbortSignal): Promise<CopyOutcome> {
    const { sync, openSource } = this.options;
    const { clock, logger, journal } = sync;
    const { deployment, replicaSet } = this.order;
    const about = { deployment, replicaSet };
    let source: SyncSource | null = null;
    try {
      await clock.sleep(pauseMillis, signal);
      source = await openSyncSource({ clock, logger, journal, openSource, about }, signal);
      const copying = new InitialSync(sync, this.announcer, source);
      const chain = await copying.announce(signal);
      signal.throwIfAborted();
      begun(chain, source.begin.beginFetching);
      await copying.copy(signal);
      return 'sent';
    } catch (error) {
      if (signal.aborted) {
        return 'stopped';
      }
      logger.error({ logId: 'initial-sync.abandoned', ...about, err: error }, messageOf(error));
      return await this.giveUp(messageOf(error), signal);
    } finally {
      if (source !== null) {
        await closeSource(source.mongo);
      }
      await journal.troubled('copy', null);
    }
  }

  /** Said until the bus has it: ingest would wait for the rest for ever. */
  private async giveUp(reason: string, signal: AbortSignal): Promise<CopyOutcome> {
    try {
      await this.abandon(reason, signal);
      return 'abandoned';
    } catch (error) {
      if (!signal.aborted) {
        throw error;
      }
      return 'stopped';
    }
  }
}

function attemptAt({ deployment, replicaSet, replicaSetId, epoch, sync }: CaptureState) {
  return { deployment, replicaSet, replicaSetId, epoch, syncId: sync?.id ?? '', attempt: randomUUID() };
}
