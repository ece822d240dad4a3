import type { Clock } from '@headwater/clock';
import {
  encodeJsonEvent,
  encodeSyncPart,
  replicaSetKey,
  syncAbandoned,
  syncBegun,
  syncSent,
} from '@headwater/contracts';
import type { SyncBegunMessage, SyncSent } from '@headwater/contracts';
import type { MessageBus } from '@headwater/messaging';
import type { Logger } from '@headwater/service-kit';
import { produceUntilAccepted } from '../publishing/production.js';
import type { BuiltPart } from './part-builder.js';

/** One attempt at an ordered initial sync. */
export interface SyncAttempt {
  readonly deployment: string;
  readonly replicaSet: string;
  readonly replicaSetId: string;
  readonly epoch: number;
  readonly syncId: string;
  /** Random: tells this beginning from another one of the same sync. */
  readonly attempt: string;
}

export interface SyncAnnouncerOptions {
  readonly bus: MessageBus;
  readonly topics: { readonly oplogBatches: string; readonly initialSync: string };
  readonly source: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

type Encoded = ReturnType<typeof encodeJsonEvent>;

/**
 * Puts the messages of one attempt on the bus. Each resolves when the bus has it durably, however long the bus refuses
 * it, and rejects with the reason of its signal.
 */
export class SyncAnnouncer {
  constructor(
    private readonly options: SyncAnnouncerOptions,
    readonly attempt: SyncAttempt,
  ) {}

  /** In order with the batches, and before the first one of the chain. */
  async begun(facts: Omit<SyncBegunMessage, keyof SyncAttempt>, signal: AbortSignal): Promise<void> {
    await this.produce(
      this.options.topics.oplogBatches,
      encodeJsonEvent(syncBegun, this.context('begun'), { ...this.attempt, ...facts }),
      signal,
    );
  }

  async part({ part, bytes, sha256 }: BuiltPart, signal: AbortSignal): Promise<void> {
    const { source, clock, topics } = this.options;
    await this.produce(
      topics.initialSync,
      encodeSyncPart({ ...this.attempt, part, sha256 }, bytes, { source, time: clock.now() }),
      signal,
    );
  }

  /** After the last part: nothing more follows. */
  async sent(facts: Omit<SyncSent, keyof SyncAttempt>, signal: AbortSignal): Promise<void> {
    await this.produce(
      this.options.topics.initialSync,
      encodeJsonEvent(syncSent, this.context('sent'), { ...this.attempt, ...facts }),
      signal,
    );
  }

  /** No more of this sync will come, whoever began it. */
  async abandoned(reason: string, signal: AbortSignal): Promise<void> {
    const { attempt, ...sync } = this.attempt;
    await this.produce(
      this.options.topics.oplogBatches,
      encodeJsonEvent(syncAbandoned, this.context('abandoned'), { ...sync, reason }),
      signal,
    );
  }

  private context(fact: string) {
    const { replicaSetId, replicaSet, syncId, attempt } = this.attempt;
    const { source, clock } = this.options;
    return {
      id: `${replicaSetId}/${syncId}/${attempt}/${fact}`,
      source,
      subject: replicaSet,
      time: clock.now(),
    };
  }

  private async produce(topic: string, message: Encoded, signal: AbortSignal): Promise<void> {
    const key = replicaSetKey(this.attempt.deployment, this.attempt.replicaSet);
    const { bus } = this.options;
    await produceUntilAccepted(() => bus.produce(topic, [{ key, ...message }]), this.options, signal);
  }
}
