import type { Clock } from '@headwater/clock';
import { isOneOf } from '@headwater/errors';
import { messagingErrors } from '@headwater/messaging';
import type {
  ConsumeOptions,
  IncomingMessage,
  MessageBus,
  OutgoingMessage,
  Subscription,
  WatchOptions,
} from '@headwater/messaging';

export interface RemakingBusOptions {
  readonly clock: Clock;
  /** Makes the topics that are not there. May be called by any number of services at the same time. */
  makeTopics(): Promise<void>;
}

/** Topics are not looked at again for so long. */
const restMillis = 2000;

/**
 * A bus whose topics are made again when one of them is not there any more: brokers that lost their data need no restart
 * of a service. What failed for want of a topic fails all the same, and is tried again as ever by who asked for it.
 */
export class RemakingBus implements MessageBus {
  private readonly bus: MessageBus;
  private readonly options: RemakingBusOptions;
  private making: Promise<void> | null = null;

  constructor(bus: MessageBus, options: RemakingBusOptions) {
    this.bus = bus;
    this.options = options;
  }

  produce(topic: string, messages: readonly OutgoingMessage[]): Promise<void> {
    return this.noticing(this.bus.produce(topic, messages));
  }

  consume(options: ConsumeOptions): Promise<Subscription> {
    return this.noticing(this.bus.consume({ ...options, ...this.noticingErrorsOf(options) }));
  }

  watch(options: WatchOptions): Promise<Subscription> {
    return this.noticing(this.bus.watch({ ...options, ...this.noticingErrorsOf(options) }));
  }

  latest(topic: string, key: string): Promise<IncomingMessage | null> {
    return this.noticing(this.bus.latest(topic, key));
  }

  async close(): Promise<void> {
    await this.bus.close();
    await this.making;
  }

  private noticingErrorsOf({ onError }: Pick<ConsumeOptions, 'onError'>) {
    return {
      onError: (error: unknown): void => {
        this.notice(error);
        onError?.(error);
      },
    };
  }

  private async noticing<T>(call: Promise<T>): Promise<T> {
    try {
      return await call;
    } catch (error) {
      this.notice(error);
      throw error;
    }
  }

  private notice(error: unknown): void {
    if (this.making === null && isOneOf(error, [messagingErrors.unknownTopic])) this.making = this.make();
  }

  private async make(): Promise<void> {
    // Where they cannot be made, whoever needs one goes on to be told that it is not there.
    await this.options.makeTopics().catch(() => undefined);
    void this.options.clock.sleep(restMillis).then(() => (this.making = null));
  }
}
