import { isOneOf } from '@headwater/errors';
import type { Assignment, Delivery, IncomingMessage } from '@headwater/messaging';
import type { Logger } from '@headwater/service-kit';
import type { CaptureRegistry } from '../capture/capture-registry.js';
import type { ReplicaSetCapture } from '../capture/replica-set-capture.js';
import { ingestErrors } from '../ingest-errors.js';
import { CommitLedger } from './commit-ledger.js';
import type { Ticket } from './commit-ledger.js';
import type { SliceCloser } from './slice-closer.js';

export interface IntakeOptions {
  readonly registry: CaptureRegistry;
  readonly closer: SliceCloser;
  readonly logger: Logger;
}

/** Where every message of the data topics enters: it finds its replica set, waits for its turn and for memory. */
export class Intake {
  private readonly ledger = new CommitLedger();

  constructor(private readonly options: IntakeOptions) {}

  async accept(
    message: IncomingMessage,
    delivery: Delivery,
    take: (capture: ReplicaSetCapture, ticket: Ticket) => Promise<void>,
  ): Promise<void> {
    const { registry, closer, logger } = this.options;
    await closer.waitForRoom(delivery.signal);
    const ticket = this.ledger.track(message, delivery);
    const capture = await registry.of(message.key);
    if (capture === null) {
      logger.warn(
        { logId: 'intake.unknown', key: message.key },
        'a message of a replica set that was never ordered is dropped',
      );
      await ticket.settle();
      return;
    }
    try {
      await capture.inTurn(() => {
        capture.checkHeld();
        return take(capture, ticket);
      });
    } catch (error) {
      if (isOneOf(error, [ingestErrors.epochTaken])) {
        await registry.reload(message.key);
      }
      throw error;
    }
  }

  /** Before the first message of an assignment, and after its last one. */
  forget({ partitions }: Assignment): void {
    this.ledger.forget(partitions);
  }
}
