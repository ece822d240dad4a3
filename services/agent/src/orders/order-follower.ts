import { randomUUID } from 'node:crypto';
import type { Clock } from '@headwater/clock';
import type { AgentPhase, CaptureState } from '@headwater/contracts';
import { messageOf } from '@headwater/errors';
import type { ReplicaSetSource } from '@headwater/mongodb';
import type { Logger } from '@headwater/service-kit';
import type { AgentJournal } from '../announcing/agent-journal.js';
import { InitialSync } from '../initial-sync/initial-sync.js';
import type { InitialSyncOptions } from '../initial-sync/initial-sync.js';
import { SyncAnnouncer } from '../initial-sync/sync-announcer.js';
import type { SyncAnnouncerOptions } from '../initial-sync/sync-announcer.js';
import type { Tailing } from '../tailing/tailing.js';
import { startOfChain, tailStartOf } from '../tailing/tail-start.js';
import type { TailStart } from '../tailing/tail-start.js';
import type { CaptureOrders } from './capture-orders.js';
import { syncWorkOf } from './order-work.js';

export interface OrderFollowerOptions {
  readonly orders: CaptureOrders;
  readonly journal: AgentJournal;
  readonly tailing: Tailing;
  readonly sync: InitialSyncOptions;
  readonly announcer: SyncAnnouncerOptions;
  readonly clock: Clock;
  readonly logger: Logger;
  /** A connection of its own for a copy: a tail that moves to another member does not disturb it. */
  readonly openSource: () => Promise<ReplicaSetSource>;
}

interface RunningSync {
  readonly syncId: string;
  readonly attempt: string;
  readonly stop: AbortController;
  readonly done: Promise<void>;
}

const firstPauseMillis = 1000;
const longestPauseMillis = 60_000;

/**
 * Does what ingest orders: the highest epoch that was seen, and nothing of its own accord. Each new epoch restarts
 * the tail where the order says; a copy that goes on is left alone.
 */
export class OrderFollower {
  private running: RunningSync | null = null;
  private failedSyncs = 0;

  constructor(private readonly options: OrderFollowerOptions) {}

  /** Follows orders until aborted. */
  async run(signal: AbortSignal): Promise<void> {
    const { orders, tailing, journal } = this.options;
    try {
      for (let obeyed = 0; ;) {
        const order = await orders.until(({ epoch }) => epoch > obeyed, signal);
        obeyed = order.epoch;
        await this.obey(order);
        await journal.noteNow({ phase: phaseOf(order) });
      }
    } finally {
      await this.stopSync();
      await tailing.stop();
    }
  }

  private async obey(order: CaptureState): Promise<void> {
    const { journal, tailing, announcer } = this.options;
    const work = syncWorkOf(order, this.running, journal.current);
    if (work !== 'go-on') {
      await this.stopSync();
    }
    await tailing.stop();
    if (work === 'start' || work === 'abandon') {
      const sync = new SyncAnnouncer(announcer, attemptAt(order));
      if (work === 'start') {
        this.startSync(order, sync);
      } else {
        await sync.abandoned('the agent that began it is gone');
      }
      return;
    }
    const start = order.order === 'none' ? null : tailStartOf(order, journal.current);
    if (start !== null) {
      this.startTail(order, start);
    }
  }

  private startTail(order: CaptureState, start: TailStart): void {
    const { deployment, replicaSet, replicaSetId, epoch } = order;
    this.options.tailing.start({ deployment, replicaSet, replicaSetId, epoch, chain: start.chain }, start);
  }

  private startSync(order: CaptureState, announcer: SyncAnnouncer): void {
    const stop = new AbortController();
    const done = this.copy(order, announcer, stop.signal);
    const { syncId, attempt } = announcer.attempt;
    this.running = { syncId, attempt, stop, done };
  }

  private async copy(order: CaptureState, announcer: SyncAnnouncer, signal: AbortSignal): Promise<void> {
    const { openSource, sync, clock, logger } = this.options;
    let mongo: ReplicaSetSource | null = null;
    try {
      await clock.sleep(pauseAfter(this.failedSyncs), signal);
      mongo = await openSource();
      const copying = new InitialSync(sync, announcer, mongo);
      const started = await copying.start();
      signal.throwIfAborted();
      this.startTail(order, startOfChain(started.chain, started.begin.beginFetching));
      await copying.copy(started, signal);
      this.failedSyncs = 0;
    } catch (error) {
      if (!signal.aborted) {
        this.failedSyncs += 1;
        const { deployment, replicaSet } = order;
        logger.error(
          { logId: 'initial-sync.abandoned', deployment, replicaSet, err: error },
          messageOf(error),
        );
        await this.abandon(announcer, messageOf(error), signal);
      }
    } finally {
      await mongo?.close();
    }
  }

  /** Says so until the bus has it: ingest would wait for the rest for ever. */
  private async abandon(announcer: SyncAnnouncer, reason: string, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await announcer.abandoned(reason);
        return;
      } catch (error) {
        this.options.logger.error(
          { logId: 'bus.refused', err: error },
          'the bus refuses a message: trying again',
        );
        await this.options.clock.sleep(firstPauseMillis, signal).catch(() => undefined);
      }
    }
  }

  private async stopSync(): Promise<void> {
    this.running?.stop.abort(new Error('another order is in force'));
    await this.running?.done;
    this.running = null;
  }
}

function attemptAt({ deployment, replicaSet, replicaSetId, epoch, sync }: CaptureState) {
  return { deployment, replicaSet, replicaSetId, epoch, syncId: sync?.id ?? '', attempt: randomUUID() };
}

function pauseAfter(failures: number): number {
  return failures === 0 ? 0 : Math.min(longestPauseMillis, firstPauseMillis * 2 ** (failures - 1));
}

function phaseOf({ order }: CaptureState): AgentPhase {
  switch (order) {
    case 'initial-sync':
      return 'initial-sync';
    case 'tail':
      return 'tailing';
    case 'none':
      return 'waiting';
  }
}
