import type { Clock } from '@headwater/clock';
import { chainId } from '@headwater/oplog';
import type { Logger } from '@headwater/service-kit';
import { reasonOf } from '../agent-errors.js';
import type { AgentJournal } from '../announcing/agent-journal.js';
import type { AgentMetrics } from '../announcing/agent-metrics.js';
import type { CaptureOrders } from '../orders/capture-orders.js';
import { PartBuilder } from './part-builder.js';
import type { BuiltPart } from './part-builder.js';
import { PartWindow } from './part-window.js';
import type { SyncAnnouncer } from './sync-announcer.js';
import { endOfSync } from './sync-end.js';
import { SyncProgress } from './sync-progress.js';
import type { SyncSource } from './sync-source.js';

export interface InitialSyncOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly journal: AgentJournal;
  readonly orders: CaptureOrders;
  readonly metrics: AgentMetrics;
  readonly partBytes: number;
  readonly windowBytes: number;
}

/**
 * Copies a replica set in the order of a secondary's initial sync: mark where the oplog must be read from, copy, take
 * the catalogue as of the end, check that nothing was rolled back.
 */
export class InitialSync {
  private readonly builder: PartBuilder;
  private readonly window: PartWindow;
  private parts = 0;

  constructor(
    private readonly options: InitialSyncOptions,
    private readonly announcer: SyncAnnouncer,
    private readonly source: SyncSource,
  ) {
    this.builder = new PartBuilder(options.partBytes);
    this.window = new PartWindow(options.orders, options.windowBytes);
  }

  /** Says where the chain begins, before anything else of it is on the bus. Resolves with its id. */
  async announce(signal: AbortSignal): Promise<string> {
    const { mongo, begin } = this.source;
    const chain = chainId(begin.beginFetching.ts, this.announcer.attempt.epoch);
    const { member, serverVersion, fcv } = mongo.identity;
    const { beginFetching, beginApplying } = begin;
    const facts = { chain, beginFetching, beginApplying, member, serverVersion, fcv };
    await this.announcer.begun(facts, signal);
    return chain;
  }

  /** Copies everything. Resolves when the last message of the sync is durable on the bus. */
  async copy(signal: AbortSignal): Promise<void> {
    const { orders, journal, logger, clock } = this.options;
    const { syncId, attempt, deployment, replicaSet } = this.announcer.attempt;
    const startedAt = clock.ticksMillis();
    await orders.until((order) => order.sync?.id === syncId && order.sync.attempt === attempt, signal);

    const progress = await this.copyDocuments(signal);
    const about = { deployment, replicaSet };
    const { stop, catalogue } = await endOfSync(this.source, { clock, logger, journal, about }, signal);
    for (const documents of catalogue) {
      await this.send(this.builder.catalogue(documents), progress, signal);
    }

    const { documentsDone: documents, bytesDone: bytes } = progress.state;
    await this.announcer.sent({ stop, parts: this.parts, documents, bytes }, signal);
    await journal.noteNow({ syncSent: syncId, sync: null });
    const seconds = Math.round((clock.ticksMillis() - startedAt) / 100) / 10;
    logger.info(
      { logId: 'initial-sync.sent', ...about, parts: this.parts, documents, bytes, seconds },
      'the initial sync is on the bus',
    );
  }

  private async copyDocuments(signal: AbortSignal): Promise<SyncProgress> {
    const { journal } = this.options;
    const collections = await this.source.mongo.collections();
    const progress = new SyncProgress(this.announcer.attempt.syncId, collections);
    for (const collection of collections) {
      const { uuid, db, name, options, idIndex } = collection;
      const section = { uuid, db, name, options, idIndex };
      await this.sendAll(this.builder.begin(section), progress, signal);
      const away = (error: Error) => void journal.troubled('copy', { reason: reasonOf(error), lost: true });
      for await (const documents of this.source.mongo.documents(collection, away)) {
        signal.throwIfAborted();
        await journal.troubled('copy', null);
        progress.copied(documents);
        await this.sendAll(this.builder.add(section, documents), progress, signal);
      }
      progress.collectionDone();
    }
    await this.sendAll(this.builder.flush(), progress, signal);
    return progress;
  }

  private async sendAll(
    parts: readonly BuiltPart[],
    progress: SyncProgress,
    signal: AbortSignal,
  ): Promise<void> {
    for (const part of parts) {
      await this.send(part, progress, signal);
    }
  }

  private async send(part: BuiltPart, progress: SyncProgress, signal: AbortSignal): Promise<void> {
    await this.window.room(part.bytes.length, signal);
    await this.announcer.part(part, signal);
    this.window.noteSent(part.part, part.bytes.length);
    this.parts = part.part;
    this.options.metrics.partPublished(part.bytes.length);
    await this.options.journal.note({ sync: progress.state });
  }
}
