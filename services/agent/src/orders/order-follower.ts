import type { AgentPhase, CaptureState } from '@headwater/contracts';
import type { AgentJournal } from '../announcing/agent-journal.js';
import { Copy } from '../initial-sync/copy.js';
import type { CopyOptions } from '../initial-sync/copy.js';
import { pauseAfter } from '../initial-sync/sync-source.js';
import type { Tailing } from '../tailing/tailing.js';
import { startOfChain, tailStartOf } from '../tailing/tail-start.js';
import type { TailStart } from '../tailing/tail-start.js';
import type { CaptureOrders } from './capture-orders.js';
import { syncWorkOf } from './order-work.js';

export interface OrderFollowerOptions {
  readonly orders: CaptureOrders;
  readonly journal: AgentJournal;
  readonly tailing: Tailing;
  readonly copy: CopyOptions;
}

/**
 * Does what ingest orders: the highest epoch that was seen, and nothing of its own accord. Each new epoch restarts
 * the tail where the order says; a copy that goes on is left alone.
 */
export class OrderFollower {
  private obeyed = 0;
  private copy: Copy | null = null;
  private failedCopies = 0;
  private readonly broken = Promise.withResolvers<never>();

  constructor(private readonly options: OrderFollowerOptions) {
    this.broken.promise.catch(() => undefined);
  }

  /** Follows orders until aborted, or until a failure that no waiting repairs: then everything is stopped. */
  async run(signal: AbortSignal): Promise<never> {
    const { tailing } = this.options;
    const ended = new AbortController();
    try {
      const following = this.follow(AbortSignal.any([signal, ended.signal]));
      return await Promise.race([following, tailing.failure, this.broken.promise]);
    } finally {
      ended.abort(new Error('orders are no longer followed'));
      await this.stopCopy('the agent is stopping');
      await tailing.stop();
    }
  }

  private async follow(signal: AbortSignal): Promise<never> {
    const { orders, journal } = this.options;
    for (;;) {
      const order = await orders.until(({ epoch }) => epoch > this.obeyed, signal);
      this.obeyed = order.epoch;
      await this.obey(order, signal);
      await journal.working(phaseOf(order));
    }
  }

  private async obey(order: CaptureState, signal: AbortSignal): Promise<void> {
    const { journal, tailing, copy } = this.options;
    const work = syncWorkOf(order, this.copy, journal.current);
    if (work !== 'go-on') {
      await this.stopCopy('another order is in force');
    }
    await tailing.stop();
    if (work === 'start') {
      this.startCopy(order);
      return;
    }
    if (work === 'abandon') {
      await new Copy(copy, order).abandon('the agent that began it is gone', signal);
      return;
    }
    const start = order.order === 'none' ? null : tailStartOf(order, journal.current);
    if (start !== null) {
      this.startTail(order, start);
    }
  }

  private startTail(order: CaptureState, start: TailStart): void {
    const { deployment, replicaSet, replicaSetId, epoch } = order;
    this.options.tailing.start({ deployment, replicaSet, replicaSetId, epoch, chain: start.chain }, start);
  }

  private startCopy(order: CaptureState): void {
    const copy = new Copy(this.options.copy, order);
    this.copy = copy;
    const outcome = copy.start(pauseAfter(this.failedCopies), (chain, beginFetching) => {
      // The answer of the bus may have come late: what a newer order has started meanwhile stays as it is.
      if (order.epoch === this.obeyed) {
        this.startTail(order, startOfChain(chain, beginFetching));
      }
    });
    outcome.then(
      (how) => {
        if (how !== 'stopped') {
          this.failedCopies = how === 'abandoned' ? this.failedCopies + 1 : 0;
        }
      },
      (error: unknown) => {
        this.broken.reject(error);
      },
    );
  }

  private async stopCopy(reason: string): Promise<void> {
    const { copy } = this;
    this.copy = null;
    await copy?.stop(reason);
  }
}

function phaseOf({ order }: CaptureState): AgentPhase {
  switch (order) {
    case 'initial-sync':
      return 'initial-sync';
    case 'tail':
      return 'tailing';
    case 'none':
      return 'waiting';
  }
}
