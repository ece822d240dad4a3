import type { Clock } from '@headwater/clock';
import { encodeOplogBatch, replicaSetKey } from '@headwater/contracts';
import type { MessageBus } from '@headwater/messaging';
import { frameBatch } from '@headwater/oplog';
import type { Position } from '@headwater/oplog';
import type { Logger } from '@headwater/service-kit';
import type { AgentJournal } from '../announcing/agent-journal.js';
import type { AgentMetrics } from '../announcing/agent-metrics.js';
import type { EntryQueue } from '../batching/entry-queue.js';
import { produceUntilAccepted } from './production.js';

export interface BatchPublisherOptions {
  readonly bus: MessageBus;
  readonly topic: string;
  readonly source: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly journal: AgentJournal;
  readonly metrics: AgentMetrics;
}

/** Under which order a tail publishes. */
export interface TailIdentity {
  readonly deployment: string;
  readonly replicaSet: string;
  readonly replicaSetId: string;
  readonly epoch: number;
  readonly chain: string;
}

/** Publishes the entries of one tail in order, one batch at a time. While the bus refuses, it holds; it never skips. */
export class BatchPublisher {
  constructor(private readonly options: BatchPublisherOptions) {}

  /** @param from exclusive: the position that the first batch follows */
  async run(tail: TailIdentity, from: Position, queue: EntryQueue, signal: AbortSignal): Promise<never> {
    let position = from;
    for (;;) {
      const entries = await queue.take(signal);
      const { header, bytes } = frameBatch(position, entries);
      const { bus, topic, source, clock, journal, metrics } = this.options;
      const message = encodeOplogBatch(
        { ...tail, from: header.range.from, to: header.range.to, count: header.count, sha256: header.sha256 },
        bytes,
        { source, time: clock.now() },
      );
      const key = replicaSetKey(tail.deployment, tail.replicaSet);
      await produceUntilAccepted(() => bus.produce(topic, [{ key, ...message }]), this.options, signal);
      position = header.range.to;
      queue.acknowledge();
      metrics.published(header.count, bytes.length, position.ts.t);
      await journal.note({ epoch: tail.epoch, publishedTo: position });
    }
  }
}
