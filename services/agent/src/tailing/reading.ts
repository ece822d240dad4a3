import type { Clock } from '@headwater/clock';
import type { ReplicaSetSource } from '@headwater/mongodb';
import type { Logger } from '@headwater/service-kit';
import { reasonOf } from '../agent-errors.js';
import type { AgentJournal } from '../announcing/agent-journal.js';
import type { AgentMetrics } from '../announcing/agent-metrics.js';
import type { EntryQueue } from '../batching/entry-queue.js';
import type { TailIdentity } from '../publishing/batch-publisher.js';
import { closeSource } from '../source/source-opening.js';
import type { OpenSource } from '../source/source-opening.js';
import { betterMember } from './better-member.js';
import type { ChainEnd } from './chain-end.js';
import { GapSearch } from './gap-search.js';
import type { Gap } from './gap-search.js';
import { noteNewest } from './newest-entry.js';
import type { TailLimits } from './tail-limits.js';
import type { Fork, TailEnd, TailReader, TailWork } from './tail-reader.js';
import type { TailStart } from './tail-start.js';

export interface ReadingOptions {
  readonly reader: TailReader;
  readonly chainEnd: ChainEnd;
  readonly journal: AgentJournal;
  readonly metrics: AgentMetrics;
  readonly limits: TailLimits;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly openSource: OpenSource;
}

/** What one tail reads, and into what. */
export interface ReadingTask {
  readonly tail: TailIdentity;
  readonly start: TailStart;
  readonly queue: EntryQueue;
}

const pauseMillis = 1000;

/** The reading side of one tail: it goes from member to member, until one continues the chain or none can. */
export class Reading {
  private next: TailStart;
  private readonly gaps: GapSearch;

  constructor(
    private readonly options: ReadingOptions,
    private readonly task: ReadingTask,
  ) {
    this.next = task.start;
    this.gaps = new GapSearch(options.limits.gapSearchMillis);
  }

  /** Reads until aborted. Resolves when it was announced that no member can continue the chain. */
  async run(signal: AbortSignal): Promise<void> {
    const { tail, queue } = this.task;
    let end = await this.lookOnce(signal);
    while (end === null) {
      end = await this.lookOnce(signal);
    }
    await queue.drained(signal);
    await this.options.chainEnd.announce(tail, this.next.from, end, signal);
  }

  /** Null: another look is needed. A member that fails is no failure of the tail. */
  private async lookOnce(signal: AbortSignal): Promise<Gap | Fork | null> {
    signal.throwIfAborted();
    try {
      return await this.readMember(signal);
    } catch (error) {
      signal.throwIfAborted();
      await this.lost(reasonOf(error), error);
      await this.options.clock.sleep(pauseMillis, signal);
      return null;
    }
  }

  /** Reads from the best member, and from a better one when it falls silent. */
  private async readMember(signal: AbortSignal): Promise<Gap | Fork | null> {
    const { openSource, reader } = this.options;
    let mongo = await openSource({ avoid: this.gaps.members, signal });
    const ended = new AbortController();
    const measuring = noteNewest(() => mongo, this.options, AbortSignal.any([signal, ended.signal]));
    try {
      for (;;) {
        const end = await reader.run(mongo, this.next, this.workAt(mongo, signal));
        if (end.kind !== 'silent') {
          return await this.judge(mongo, end, signal);
        }
        const better = await this.betterThan(mongo, signal);
        if (better !== null) {
          await closeSource(mongo);
          mongo = better;
        }
      }
    } finally {
      ended.abort();
      await closeSource(mongo);
      await measuring;
    }
  }

  private workAt({ identity }: ReplicaSetSource, signal: AbortSignal): TailWork {
    const { journal } = this.options;
    return {
      queue: this.task.queue,
      signal,
      reached: async (how) => {
        if (how === 'ok') {
          this.gaps.clear();
        }
        await journal.note({ member: identity.member, cluster: identity.cluster });
        await journal.troubled('tail', null);
      },
      progressed: (position) => {
        this.next = { chain: this.next.chain, from: position, opening: null };
      },
    };
  }

  /** A chain ends for good, so that it must be this set's oplog, and no member's that could know better. */
  private async judge(
    mongo: ReplicaSetSource,
    end: Exclude<TailEnd, { kind: 'silent' }>,
    signal: AbortSignal,
  ): Promise<Gap | Fork | null> {
    await mongo.checkIdentity();
    if (end.kind === 'fork') {
      return end;
    }
    const { clock, logger } = this.options;
    const { deployment, replicaSet } = this.task.tail;
    const { member } = mongo.identity;
    const finding = this.gaps.found(member, end, await mongo.dataHosts(), clock.ticksMillis());
    switch (finding.kind) {
      case 'ask-others':
        return null;
      case 'wait':
        await this.lost(
          `no member that answers has the oplog any more; it may still be on ${finding.missing.join(', ')}`,
        );
        await clock.sleep(pauseMillis, signal);
        return null;
      case 'lost':
        if (finding.missing.length > 0) {
          const { missing } = finding;
          logger.error(
            { logId: 'tail.not-asked', deployment, replicaSet, missing },
            'some members never answered',
          );
        }
        return finding.gap;
    }
  }

  private async betterThan(mongo: ReplicaSetSource, signal: AbortSignal): Promise<ReplicaSetSource | null> {
    const { openSource, logger } = this.options;
    const { deployment, replicaSet } = this.task.tail;
    const { member } = mongo.identity;
    try {
      const better = await betterMember(openSource, member, this.next.from, signal);
      if (better !== null) {
        const to = better.identity.member;
        logger.warn({ logId: 'tail.moved', deployment, replicaSet, from: member, to }, `${member} is silent`);
      }
      return better;
    } catch {
      // The others cannot be asked: this one is as good as any, and says itself when it is gone.
      signal.throwIfAborted();
      return null;
    }
  }

  private async lost(reason: string, error?: unknown): Promise<void> {
    const { journal, logger } = this.options;
    const { deployment, replicaSet } = this.task.tail;
    if (await journal.troubled('tail', { reason, lost: true })) {
      logger.warn(
        { logId: 'tail.interrupted', deployment, replicaSet, reason, err: error },
        'the tail is interrupted: trying again',
      );
    }
  }
}
