import type { Subscription } from './message-bus.js';

/** What a bus has given out and nobody has stopped: closing the bus stops it. */
export class OpenSubscriptions {
  private readonly open = new Set<Subscription>();

  /** The same subscription; it is let go of once it has stopped. */
  add(inner: Subscription): Subscription {
    const { open } = this;
    const subscription = {
      get active() {
        return inner.active;
      },
      async stop() {
        await inner.stop();
        open.delete(subscription);
      },
    };
    open.add(subscription);
    return subscription;
  }

  async stopAll(): Promise<void> {
    await Promise.all([...this.open].map((subscription) => subscription.stop()));
  }
}
