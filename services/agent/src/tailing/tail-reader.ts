import type { Clock } from '@headwater/clock';
import { encodeJsonEvent, forkFound, gapFound, replicaSetKey } from '@headwater/contracts';
import type { MessageBus } from '@headwater/messaging';
import type { OplogTail, ReplicaSetSource } from '@headwater/mongodb';
import { formatPosition, readPosition } from '@headwater/oplog';
import type { Position } from '@headwater/oplog';
import type { Logger } from '@headwater/service-kit';
import type { EntryQueue } from '../batching/entry-queue.js';
import type { TailIdentity } from '../publishing/batch-publisher.js';
import type { TailStart } from './tail-start.js';

export interface TailReaderOptions {
  readonly bus: MessageBus;
  readonly topic: string;
  readonly source: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface TailWork {
  readonly queue: EntryQueue;
  readonly signal: AbortSignal;
  /** Told after everything up to that entry was put in the queue. */
  readonly progressed: (position: Position) => void;
}

/** Why a member's oplog cannot continue the chain. */
export type TailEnd =
  { readonly kind: 'gap'; readonly oldest: Position } | { readonly kind: 'fork'; readonly found: Position };

const behindMillis = 500;

/** Reads one tail into the queue, from exactly where it must start. */
export class TailReader {
  constructor(private readonly options: TailReaderOptions) {}

  /**
   * Reads until aborted or until the member fails, and then throws. Resolves when the member's oplog cannot continue
   * the chain.
   */
  async run(mongo: ReplicaSetSource, start: TailStart, work: TailWork): Promise<TailEnd> {
    for (;;) {
      const opened =
        start.opening === null ? await mongo.openTail(start.from) : await mongo.openTailAt(start.opening);
      work.signal.throwIfAborted();
      switch (opened.kind) {
        case 'ok':
          return this.read(opened.tail, work);
        case 'gap':
        case 'fork':
          return opened;
        case 'behind':
          await this.options.clock.sleep(behindMillis, work.signal);
      }
    }
  }

  private async read(cursor: OplogTail, { queue, signal, progressed }: TailWork): Promise<never> {
    const close = () => void cursor.close().catch(() => undefined);
    signal.addEventListener('abort', close, { once: true });
    try {
      for (;;) {
        signal.throwIfAborted();
        const documents = await cursor.next();
        const entries = documents.map((bytes) => ({ bytes, position: readPosition(bytes) }));
        const last = entries.at(-1);
        if (last !== undefined) {
          await queue.put(entries, signal);
          progressed(last.position);
        }
      }
    } finally {
      signal.removeEventListener('abort', close);
      await cursor.close().catch(() => undefined);
    }
  }

  /** Says so, in order with the batches: nothing more is read until another order comes. */
  async announce(tail: TailIdentity, from: Position, end: TailEnd, work: TailWork): Promise<void> {
    await work.queue.drained(work.signal);
    const { bus, topic, source, clock, logger } = this.options;
    const { deployment, replicaSet, replicaSetId, epoch } = tail;
    logger.error(
      { logId: `tail.${end.kind}`, deployment, replicaSet, from: formatPosition(from) },
      "the source's oplog cannot continue the chain",
    );
    const id = `${replicaSetId}/${String(epoch)}/${end.kind}/${formatPosition(from)}`;
    const context = { id, source, subject: replicaSet, time: clock.now() };
    const message =
      end.kind === 'gap'
        ? encodeJsonEvent(gapFound, context, { ...tail, from, oldest: end.oldest })
        : encodeJsonEvent(forkFound, context, { ...tail, at: from, found: end.found });
    await bus.produce(topic, [{ key: replicaSetKey(deployment, replicaSet), ...message }]);
  }
}
