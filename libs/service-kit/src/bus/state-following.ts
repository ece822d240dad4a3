import { decodeJsonEvent } from '@headwater/contracts';
import type { JsonEvent } from '@headwater/contracts';
import type { IncomingMessage, MessageBus, Subscription } from '@headwater/messaging';
import type { Logger } from '../logging/logger.js';

export interface StateFollowing {
  readonly bus: MessageBus;
  readonly stateTopic: string;
  readonly logger: Logger;
}

/** One kind of state, and whom to tell of it. */
export interface FollowedState<T> {
  readonly event: JsonEvent<T>;
  readonly keyPrefix: string;
  /** The latest state of a thing. A throw comes again after a delay, as `WatchOptions.onValue`. */
  readonly onState: (key: string, state: T) => void;
  /** The thing has no state any more. */
  readonly onGone: (key: string) => void;
}

/**
 * Tells the latest state of every thing of one kind, then every later one, in order. Resolves when what was there at
 * the call has been told. A state that cannot be read is logged and left out: what was known before it stands.
 */
export async function followState<T>(
  { bus, stateTopic, logger }: StateFollowing,
  { event, keyPrefix, onState, onGone }: FollowedState<T>,
): Promise<Subscription> {
  const unreadable = new Set<string>();
  const onValue = (message: IncomingMessage) => {
    const { key } = message;
    if (message.value === null) {
      unreadable.delete(key);
      onGone(key);
      return;
    }
    const decoded = decodeJsonEvent(event, message);
    if (decoded.ok) {
      unreadable.delete(key);
      onState(key, decoded.value);
    } else if (!unreadable.has(key)) {
      unreadable.add(key);
      logger.warn({ logId: 'state.unreadable', key, problem: decoded.problem }, 'a state cannot be read');
    }
  };
  const onError = (error: unknown) => {
    logger.error(
      { logId: 'state.unfollowed', keyPrefix, err: error },
      'states cannot be followed: trying again',
    );
  };
  return bus.watch({ topic: stateTopic, keyPrefix, onValue, onError });
}
