import type { Clock } from '@headwater/clock';
import { encodeJsonEvent, forkFound, gapFound, replicaSetKey } from '@headwater/contracts';
import type { MessageBus } from '@headwater/messaging';
import { formatPosition } from '@headwater/oplog';
import type { Position } from '@headwater/oplog';
import type { Logger } from '@headwater/service-kit';
import type { TailIdentity } from '../publishing/batch-publisher.js';
import { produceUntilAccepted } from '../publishing/production.js';
import type { Gap } from './gap-search.js';
import type { Fork } from './tail-reader.js';

export interface ChainEndOptions {
  readonly bus: MessageBus;
  readonly topic: string;
  readonly source: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Announces that no member can continue a chain. To be called when every batch before it is durable. */
export class ChainEnd {
  constructor(private readonly options: ChainEndOptions) {}

  /** @param from the last position of the chain */
  async announce(tail: TailIdentity, from: Position, end: Gap | Fork, signal: AbortSignal): Promise<void> {
    const { bus, topic, source, clock, logger } = this.options;
    const { deployment, replicaSet, replicaSetId, epoch, chain } = tail;
    logger.error(
      { logId: `tail.${end.kind}`, deployment, replicaSet, epoch, chain, from: formatPosition(from) },
      "the source's oplog cannot continue the chain",
    );
    const id = `${replicaSetId}/${String(epoch)}/${end.kind}/${formatPosition(from)}`;
    const context = { id, source, subject: replicaSet, time: clock.now() };
    const message =
      end.kind === 'gap'
        ? encodeJsonEvent(gapFound, context, { ...tail, from, oldest: end.oldest })
        : encodeJsonEvent(forkFound, context, { ...tail, at: from, found: end.found });
    const key = replicaSetKey(deployment, replicaSet);
    await produceUntilAccepted(() => bus.produce(topic, [{ key, ...message }]), this.options, signal);
  }
}
