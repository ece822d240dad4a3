import { topicsOf } from '@headwater/contracts';
import type { Assignment, MessageBus, Subscription } from '@headwater/messaging';

export interface HeldAssignment {
  readonly assignment: Assignment;
  readonly subscription: Subscription;
}

/** Everything that there is to hold, until the subscription is stopped or the bus is closed. */
export async function heldAssignment(bus: MessageBus): Promise<HeldAssignment> {
  const { promise, resolve } = Promise.withResolvers<Assignment>();
  const subscription = await bus.consume({
    group: 'held',
    sharing: 'by-partition',
    topics: [topicsOf().oplogBatches],
    onAssigned: (assignment) => {
      resolve(assignment);
      return Promise.resolve();
    },
  });
  return { assignment: await promise, subscription };
}
