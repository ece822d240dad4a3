import type { Clock } from '@headwater/clock';
import type { SourceIdentity } from '@headwater/mongodb';
import type { Logger } from '@headwater/service-kit';
import { reasonOf } from '../agent-errors.js';
import { closeSource } from './source-opening.js';
import type { OpenSource } from './source-opening.js';
import type { SourceTrouble } from './source-trouble.js';

export interface DiscoveryOptions {
  readonly openSource: OpenSource;
  readonly trouble: SourceTrouble;
  readonly clock: Clock;
  readonly logger: Logger;
}

const pauseMillis = 2000;

/** Waits for a member that answers; what is protected cannot be known before. */
export async function discover(
  { openSource, trouble, clock, logger }: DiscoveryOptions,
  signal: AbortSignal,
): Promise<SourceIdentity> {
  for (;;) {
    signal.throwIfAborted();
    try {
      const mongo = await openSource({ signal });
      await closeSource(mongo);
      trouble.note('discovery', null);
      return mongo.identity;
    } catch (error) {
      signal.throwIfAborted();
      const reason = reasonOf(error);
      if (trouble.of('discovery')?.reason !== reason) {
        trouble.note('discovery', { reason, lost: true });
        logger.error({ logId: 'source.unreachable', err: error }, `${reason}: trying again`);
      }
      await clock.sleep(pauseMillis, signal);
    }
  }
}
