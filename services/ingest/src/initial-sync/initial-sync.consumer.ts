import { Controller } from '@nestjs/common';
import { decodeCloudEvent, topicsOf } from '@headwater/contracts';
import type { IncomingMessage } from '@headwater/messaging';
import { OnTopic } from '@headwater/service-kit';
import type { BusContext } from '@headwater/service-kit';
import { Intake } from '../archiving/intake.js';
import { SyncIntake } from './sync-intake.js';

/** Parts of initial syncs, and the message that ends one. */
@Controller()
export class InitialSyncConsumer {
  constructor(
    private readonly intake: Intake,
    private readonly syncs: SyncIntake,
  ) {}

  @OnTopic(topicsOf().initialSync)
  async onMessage(message: IncomingMessage, context: BusContext): Promise<void> {
    await this.intake.accept(message, context.delivery, async (capture, ticket) => {
      const event = decodeCloudEvent(message);
      if (event.ok) {
        await this.syncs.take(capture, event.value, ticket);
      } else {
        await this.syncs.takeUnreadable(capture, event.problem, ticket);
      }
    });
  }
}
