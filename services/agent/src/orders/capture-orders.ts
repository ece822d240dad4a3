import type { CaptureState } from '@headwater/contracts';
import { captureKey, captureState, decodeJsonEvent } from '@headwater/contracts';
import type { IncomingMessage, MessageBus, Subscription } from '@headwater/messaging';
import type { Logger } from '@headwater/service-kit';
import { Change } from '../change.js';

export interface CaptureOrdersOptions {
  readonly bus: MessageBus;
  readonly stateTopic: string;
  readonly deployment: string;
  readonly replicaSet: string;
  readonly replicaSetId: string;
  readonly logger: Logger;
}

/**
 * The order that is in force for one replica set: the highest epoch that was seen, and only one for this set's id
 * (DeploymentBinding tells of another one's).
 */
export class CaptureOrders {
  private state: CaptureState | null = null;
  private readonly changed = new Change();
  private subscription: Subscription | null = null;

  constructor(private readonly options: CaptureOrdersOptions) {}

  get current(): CaptureState | null {
    return this.state;
  }

  async start(): Promise<void> {
    const { bus, stateTopic, deployment, replicaSet, logger } = this.options;
    const key = captureKey(deployment, replicaSet);
    this.subscription = await bus.watch({
      topic: stateTopic,
      keyPrefix: key,
      onValue: (message) => {
        if (message.key === key) {
          this.see(message);
        }
      },
      onError: (error) => {
        logger.error(
          { logId: 'orders.watch', deployment, replicaSet, err: error },
          'orders cannot be read from the bus: trying again',
        );
      },
    });
  }

  async stop(): Promise<void> {
    await this.subscription?.stop();
  }

  /** Resolves when something about the order has changed: epoch, progress, or the sync's beginning. */
  change(signal: AbortSignal): Promise<void> {
    return this.changed.since(this.changed.seen, signal);
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

  private see(message: IncomingMessage): void {
    const { replicaSetId, deployment, replicaSet, logger } = this.options;
    if (message.value === null) {
      return;
    }
    const decoded = decodeJsonEvent(captureState, message);
    if (!decoded.ok) {
      logger.error(
        {
          logId: 'orders.unreadable',
          deployment,
          replicaSet,
          offset: message.offset,
          problem: decoded.problem,
        },
        'an order cannot be read: the one before it stays in force',
      );
      return;
    }
    const order = decoded.value;
    if (order.replicaSetId === replicaSetId && order.epoch >= (this.state?.epoch ?? 0)) {
      this.state = order;
      this.changed.announce();
    }
  }
}
