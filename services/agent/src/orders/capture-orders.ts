import type { CaptureState } from '@headwater/contracts';
import { captureKey, captureState, decodeJsonEvent } from '@headwater/contracts';
import type { MessageBus, Subscription } from '@headwater/messaging';
import type { Logger } from '@headwater/service-kit';

export interface CaptureOrdersOptions {
  readonly bus: MessageBus;
  readonly stateTopic: string;
  readonly deployment: string;
  readonly replicaSet: string;
  readonly replicaSetId: string;
  readonly logger: Logger;
}

/** The order that is in force for one replica set: the highest epoch that was seen, and only one for this set's id. */
export class CaptureOrders {
  private state: CaptureState | null = null;
  private changed = Promise.withResolvers<undefined>();
  private subscription: Subscription | null = null;
  private refusedId: string | null = null;

  constructor(private readonly options: CaptureOrdersOptions) {}

  get current(): CaptureState | null {
    return this.state;
  }

  /** The id of another replica set to which the deployment is bound; null when it is ours, or not bound yet. */
  get boundToOther(): string | null {
    return this.refusedId;
  }

  async start(): Promise<void> {
    const { bus, stateTopic, deployment, replicaSet, logger } = this.options;
    const key = captureKey(deployment, replicaSet);
    this.subscription = await bus.watch({
      topic: stateTopic,
      keyPrefix: key,
      onValue: (message) => {
        const decoded = decodeJsonEvent(captureState, message);
        if (message.key === key && decoded.ok) {
          this.see(decoded.value);
        }
      },
      onError: (error) => {
        logger.error(
          { logId: 'orders.watch', err: error },
          'orders cannot be read from the bus: trying again',
        );
      },
    });
  }

  async stop(): Promise<void> {
    await this.subscription?.stop();
  }

  /** Resolves when something about the order has changed: epoch, progress, or the sync's beginning. */
  async change(signal: AbortSignal): Promise<void> {
    const aborted = Promise.withResolvers<undefined>();
    const abort = () => {
      aborted.resolve(undefined);
    };
    signal.addEventListener('abort', abort, { once: true });
    await Promise.race([this.changed.promise, aborted.promise]);
    signal.removeEventListener('abort', abort);
    signal.throwIfAborted();
  }

  /** Resolves with the order as soon as it satisfies the condition. */
  async until(condition: (order: CaptureState) => boolean, signal: AbortSignal): Promise<CaptureState> {
    for (;;) {
      signal.throwIfAborted();
      if (this.state !== null && condition(this.state)) {
        return this.state;
      }
      await this.change(signal);
    }
  }

  private see(state: CaptureState): void {
    const { replicaSetId, logger, deployment, replicaSet } = this.options;
    if (state.replicaSetId !== replicaSetId) {
      if (this.refusedId !== state.replicaSetId) {
        this.refusedId = state.replicaSetId;
        logger.error(
          { logId: 'orders.other-replica-set', deployment, replicaSet, boundTo: state.replicaSetId },
          `deployment ${deployment} is bound to another replica set: give this one its own HEADWATER_DEPLOYMENT`,
        );
      }
      return;
    }
    this.refusedId = null;
    if (this.state !== null && state.epoch < this.state.epoch) {
      return;
    }
    this.state = state;
    this.changed.resolve(undefined);
    this.changed = Promise.withResolvers();
  }
}
