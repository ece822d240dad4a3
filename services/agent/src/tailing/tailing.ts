import type { Clock } from '@headwater/clock';
import type { ReplicaSetSource } from '@headwater/mongodb';
import type { Position } from '@headwater/oplog';
import type { Logger } from '@headwater/service-kit';
import type { AgentJournal } from '../announcing/agent-journal.js';
import { EntryQueue } from '../batching/entry-queue.js';
import type { QueueLimits } from '../batching/entry-queue.js';
import type { BatchPublisher, TailIdentity } from '../publishing/batch-publisher.js';
import type { TailReader } from './tail-reader.js';
import { GapSearch } from './gap-search.js';
import type { TailStart } from './tail-start.js';

export interface TailingOptions {
  readonly reader: TailReader;
  readonly publisher: BatchPublisher;
  readonly journal: AgentJournal;
  readonly limits: QueueLimits;
  readonly clock: Clock;
  readonly logger: Logger;
  /** @param avoid members to take only when there is no other */
  readonly openSource: (avoid?: readonly string[]) => Promise<ReplicaSetSource>;
}

const pauseMillis = 1000;

/** The tail of one order: a reader that moves to another member when its own fails, and a publisher that goes on meanwhile. */
export class Tailing {
  private stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly options: TailingOptions) {}

  /** Another tail must have been stopped before. A failure that is no interruption is not caught: the process ends. */
  start(tail: TailIdentity, start: TailStart): void {
    const stopping = new AbortController();
    this.stopping = stopping;
    this.running = this.run(tail, start, stopping.signal).catch((error: unknown) => {
      if (!stopping.signal.aborted) {
        throw error;
      }
    });
  }

  async stop(): Promise<void> {
    this.stopping.abort(new Error('the tail is stopped'));
    await this.running;
  }

  private async run(tail: TailIdentity, start: TailStart, signal: AbortSignal): Promise<void> {
    const { publisher, limits, clock, journal } = this.options;
    await journal.noteNow({ epoch: tail.epoch, publishedTo: start.opening === null ? start.from : null });
    const queue = new EntryQueue(limits, clock);
    // The one that fails takes the other one along: neither makes sense alone.
    const failing = new AbortController();
    const both = AbortSignal.any([signal, failing.signal]);
    const together = (half: Promise<void>) =>
      half.catch((error: unknown) => {
        failing.abort(error);
        throw error;
      });
    const ended = await Promise.allSettled([
      together(publisher.run(tail, start.from, queue, both)),
      together(this.read(tail, start, queue, both)),
    ]);
    const failure = ended.find((end) => end.status === 'rejected');
    if (failure !== undefined) {
      throw failure.reason;
    }
  }

  private async read(
    tail: TailIdentity,
    start: TailStart,
    queue: EntryQueue,
    signal: AbortSignal,
  ): Promise<void> {
    const { reader, journal, logger, clock, openSource } = this.options;
    let next = start;
    const gaps = new GapSearch();
    const progressed = (position: Position) => {
      next = { chain: start.chain, from: position, opening: null };
      gaps.clear();
    };
    const work = { queue, signal, progressed };
    while (!signal.aborted) {
      let mongo: ReplicaSetSource | null = null;
      try {
        mongo = await openSource(gaps.members);
        await journal.sourceReached(mongo.identity.member);
        const end = gaps.sure(mongo.identity.member, await reader.run(mongo, next, work));
        if (end !== null) {
          await reader.announce(tail, next.from, end, work);
          return;
        }
      } catch (error) {
        signal.throwIfAborted();
        const { deployment, replicaSet } = tail;
        logger.warn(
          { logId: 'tail.interrupted', deployment, replicaSet, err: error },
          'the tail is interrupted: trying again',
        );
        await journal.sourceLost();
        await clock.sleep(pauseMillis, signal);
      } finally {
        await mongo?.close();
      }
    }
  }
}
