import { Controller } from '@nestjs/common';
import { decodeCloudEvent, topicsOf } from '@headwater/contracts';
import type { IncomingMessage } from '@headwater/messaging';
import { OnTopic } from '@headwater/service-kit';
import type { BusContext } from '@headwater/service-kit';
import { Intake } from '../archiving/intake.js';
import { SyncIntake } from '../initial-sync/sync-intake.js';
import { BatchIntake } from './batch-intake.js';

/** Batches, and what an agent must say about them in the same order. */
@Controller()
export class ContinuityConsumer {
  constructor(
    private readonly intake: Intake,
    private readonly batches: BatchIntake,
    private readonly syncs: SyncIntake,
  ) {}

  @OnTopic(topicsOf().oplogBatches)
  async onMessage(message: IncomingMessage, context: BusContext): Promise<void> {
    await this.intake.accept(message, context.delivery, async (capture, ticket) => {
      const event = decodeCloudEvent(message);
      if (!event.ok) {
        await this.batches.takeUnreadable(capture, event.problem, ticket);
      } else if (this.syncs.handles(event.value)) {
        await this.syncs.take(capture, event.value, ticket);
      } else {
        await this.batches.take(capture, event.value, ticket);
      }
    });
  }
}
