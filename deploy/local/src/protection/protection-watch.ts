import { topicsOf } from '@headwater/contracts';
import type { IncomingMessage, MessageBus } from '@headwater/messaging';
import { emptyView, foldEvent, foldState, type Protected, type ProtectionView } from './view.js';

type Fold = typeof foldState;

/** Follows on the bus what the services say about one replica set. */
export class ProtectionWatch {
  private current = emptyView;

  private constructor() {
    // Made by `start`.
  }

  /** @param sinceMillis when this run began, in milliseconds since 1970: what was said before may be outdated */
  static async start(bus: MessageBus, about: Protected, sinceMillis: number): Promise<ProtectionWatch> {
    const watch = new ProtectionWatch();
    const topics = topicsOf();
    const follow = (fold: Fold) => (message: IncomingMessage) => {
      watch.current = fold(watch.current, message, about, sinceMillis);
    };
    await bus.watch({ topic: topics.state, keyPrefix: '', onValue: follow(foldState) });
    await bus.watch({ topic: topics.events, keyPrefix: '', onValue: follow(foldEvent) });
    return watch;
  }

  get view(): ProtectionView {
    return this.current;
  }
}
