import type { Clock } from '@headwater/clock';
import { isOneOf } from '@headwater/errors';
import { messagingErrors } from '@headwater/messaging';
import type { Logger } from '@headwater/service-kit';

export interface ProductionOptions {
  readonly clock: Clock;
  readonly logger: Logger;
}

const holdMillis = 1000;
/** The message itself is wrong: no waiting makes the bus take it. */
const hopeless = [
  messagingErrors.invalidTopic,
  messagingErrors.invalidMessage,
  messagingErrors.valueTooLarge,
];

/**
 * Produces as often as it takes: while the bus refuses, whoever waits holds, and nothing is skipped. A refusal may have
 * been no more than a lost answer, so the message may come twice; its id is the same.
 *
 * @throws the signal's reason; messagingErrors.invalidTopic, invalidMessage, valueTooLarge, which stay as they are
 */
export async function produceUntilAccepted(
  produce: () => Promise<void>,
  { clock, logger }: ProductionOptions,
  signal: AbortSignal,
): Promise<void> {
  for (let refusals = 0; ; refusals += 1) {
    signal.throwIfAborted();
    try {
      await produce();
      return;
    } catch (error) {
      signal.throwIfAborted();
      if (isOneOf(error, hopeless)) {
        throw error;
      }
      if (refusals === 0) {
        logger.error({ logId: 'bus.refused', err: error }, 'the bus refuses a message: holding');
      }
      await clock.sleep(holdMillis, signal);
    }
  }
}
