import type { RecentEventBody } from '@headwater/contracts';
import type { Assignment, IncomingMessage, MessageBus, Subscription } from '@headwater/messaging';
import type { Logger, ReadinessResult } from '@headwater/service-kit';
import { alertingErrors } from '../alerting-errors.js';
import type { RecentEvents } from './recent-events.js';

export interface EventReaderOptions {
  readonly bus: MessageBus;
  readonly eventsTopic: string;
  readonly group: string;
  readonly events: RecentEvents;
  readonly logger: Logger;
}

/**
 * Reads events into memory. An event is committed when it is no longer kept, so that a process which takes over, or is
 * started again, is delivered exactly those that are. One reader of a group is active at a time.
 */
export class EventReader {
  private subscription: Subscription | null = null;
  private assignment: Assignment | null = null;
  /** By partition: the newest message that was there when this reader became active and is not read yet. */
  private readonly unread = new Map<number, number>();

  constructor(private readonly options: EventReaderOptions) {}

  async start(): Promise<void> {
    const { bus, eventsTopic, group, events, logger } = this.options;
    this.subscription = await bus.consume({
      group,
      topics: [eventsTopic],
      onAssigned: async (assignment) => {
        events.clear();
        await this.lookAhead();
        this.assignment = assignment;
      },
      onMessage: (message) => this.read(message),
      onRevoked: () => {
        this.assignment = null;
        return Promise.resolve();
      },
      onError: (error) => {
        logger.error({ logId: 'events.unread', err: error }, 'events cannot be read: trying again');
      },
    });
  }

  async stop(): Promise<void> {
    await this.subscription?.stop();
  }

  /** For `/readyz`. */
  get state(): ReadinessResult {
    if (this.assignment === null) {
      return { reason: 'another alerting service is active, or the events cannot be read' };
    }
    return this.unread.size === 0 ? 'ok' : { reason: 'past events are being read' };
  }

  /**
   * Newest first.
   *
   * @throws alertingErrors.eventsUnread while not all that are kept have been read
   */
  all(): readonly RecentEventBody[] {
    const { state } = this;
    if (state !== 'ok') {
      throw alertingErrors.eventsUnread(state.reason);
    }
    return this.options.events.newestFirst();
  }

  private async read(message: IncomingMessage): Promise<void> {
    const { partition, offset } = message;
    const gone = this.options.events.add(message);
    if (offset >= (this.unread.get(partition) ?? Number.POSITIVE_INFINITY)) {
      this.unread.delete(partition);
    }
    if (gone !== null) {
      await this.assignment?.commit(gone.topic, gone.partition, gone.offset);
    }
  }

  /** The newest message of a partition is the newest of its key. */
  private async lookAhead(): Promise<void> {
    const { bus, eventsTopic } = this.options;
    this.unread.clear();
    const watch = await bus.watch({
      topic: eventsTopic,
      keyPrefix: '',
      onValue: ({ partition, offset }) => {
        this.unread.set(partition, Math.max(offset, this.unread.get(partition) ?? 0));
      },
    });
    await watch.stop();
  }
}
