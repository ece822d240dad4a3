import type { Clock } from '@headwater/clock';
import type { ReplicaSetSource, SyncBeginning } from '@headwater/mongodb';
import { chainId } from '@headwater/oplog';
import type { Logger } from '@headwater/service-kit';
import type { AgentJournal } from '../announcing/agent-journal.js';
import type { AgentMetrics } from '../announcing/agent-metrics.js';
import type { CaptureOrders } from '../orders/capture-orders.js';
import { PartBuilder } from './part-builder.js';
import type { BuiltPart } from './part-builder.js';
import { PartWindow } from './part-window.js';
import type { SyncAnnouncer } from './sync-announcer.js';
import { SyncProgress } from './sync-progress.js';

export interface InitialSyncOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly journal: AgentJournal;
  readonly orders: CaptureOrders;
  readonly metrics: AgentMetrics;
  readonly partBytes: number;
  readonly windowBytes: number;
}

/** What a started sync has: its chain, whose tail starts at once, and where the copy began. */
export interface StartedSync {
  readonly chain: string;
  readonly begin: SyncBeginning;
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
    private readonly mongo: ReplicaSetSource,
  ) {
    this.builder = new PartBuilder(options.partBytes);
    this.window = new PartWindow(options.orders, options.windowBytes);
  }

  /** Marks where the chain begins and says so, before anything else of it is on the bus. */
  async start(): Promise<StartedSync> {
    const begin = await this.mongo.beginSync();
    const chain = chainId(begin.beginFetching.ts, this.announcer.attempt.epoch);
    const { member, serverVersion, fcv } = this.mongo.identity;
    const { beginFetching, beginApplying } = begin;
    await this.announcer.begun({ chain, beginFetching, beginApplying, member, serverVersion, fcv });
    return { chain, begin };
  }

  /** Copies everything. Resolves when the last message of the sync is durable on the bus. */
  async copy({ begin }: StartedSync, signal: AbortSignal): Promise<void> {
    const { orders, journal, logger, clock } = this.options;
    const { syncId, attempt, deployment, replicaSet } = this.announcer.attempt;
    const startedAt = clock.ticksMillis();
    await orders.until((order) => order.sync?.id === syncId && order.sync.attempt === attempt, signal);

    const progress = await this.copyDocuments(signal);
    const { stop } = await this.mongo.endSync();
    for await (const documents of this.mongo.catalogueAt(stop.ts)) {
      await this.send(this.builder.catalogue(documents), progress, signal);
    }
    await this.mongo.confirmSync(begin, stop);

    const { documentsDone: documents, bytesDone: bytes } = progress.state;
    await this.announcer.sent({ stop, parts: this.parts, documents, bytes });
    await journal.noteNow({ syncSent: syncId, sync: null });
    const seconds = Math.round((clock.ticksMillis() - startedAt) / 100) / 10;
    logger.info(
      { logId: 'initial-sync.sent', deployment, replicaSet, parts: this.parts, documents, bytes, seconds },
      'the initial sync is on the bus',
    );
  }

  private async copyDocuments(signal: AbortSignal): Promise<SyncProgress> {
    const collections = await this.mongo.collections();
    const progress = new SyncProgress(this.announcer.attempt.syncId, collections);
    for (const collection of collections) {
      const { uuid, db, name, options, idIndex } = collection;
      const section = { uuid, db, name, options, idIndex };
      this.builder.begin(section);
      for await (const documents of this.mongo.documents(collection)) {
        signal.throwIfAborted();
        progress.copied(documents);
        for (const part of this.builder.add(section, documents)) {
          await this.send(part, progress, signal);
        }
      }
      progress.collectionDone();
    }
    for (const part of this.builder.flush()) {
      await this.send(part, progress, signal);
    }
    return progress;
  }

  private async send(part: BuiltPart, progress: SyncProgress, signal: AbortSignal): Promise<void> {
    await this.window.room(part.bytes.length, signal);
    await this.announcer.part(part);
    this.window.noteSent(part.part, part.bytes.length);
    this.parts = part.part;
    this.options.metrics.partPublished(part.bytes.length);
    await this.options.journal.note({ sync: progress.state });
  }
}
