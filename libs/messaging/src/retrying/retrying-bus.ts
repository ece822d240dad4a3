import { ExponentialBackoff, halfJitterGenerator } from 'cockatiel';
import type { Clock } from '@headwater/clock';
import { isRetryable } from '@headwater/errors';
import { messagingErrors } from '@headwater/messaging';
import type {
  ConsumeOptions,
  IncomingMessage,
  MessageBus,
  OutgoingMessage,
  Subscription,
  WatchOptions,
} from '@headwater/messaging';

export interface RetryingBusOptions {
  readonly clock: Clock;
}

/** No try begins later than so many milliseconds after the call did. */
const deadlineMillis = 20_000;

/** 0.1 s, doubling to 5 s, each between half of it and all of it. */
const pauses = new ExponentialBackoff({
  initialDelay: 100,
  maxDelay: 5000,
  exponent: 2,
  generator: halfJitterGenerator,
});

/**
 * A bus whose consume, watch and latest are tried again while they fail with a retryable error, up to a deadline: they
 * change nothing. Produce is not: whether a message may be there twice is known to who produces it.
 *
 * A beginning that a watch has delivered in part is delivered from its start once more.
 */
export class RetryingBus implements MessageBus {
  private readonly bus: MessageBus;
  private readonly clock: Clock;
  private readonly closing = new AbortController();

  constructor(bus: MessageBus, { clock }: RetryingBusOptions) {
    this.bus = bus;
    this.clock = clock;
  }

  produce(topic: string, messages: readonly OutgoingMessage[]): Promise<void> {
    return this.bus.produce(topic, messages);
  }

  consume(options: ConsumeOptions): Promise<Subscription> {
    return this.patiently(() => this.bus.consume(options));
  }

  watch(options: WatchOptions): Promise<Subscription> {
    return this.patiently(() => this.bus.watch(options));
  }

  latest(topic: string, key: string): Promise<IncomingMessage | null> {
    return this.patiently(() => this.bus.latest(topic, key));
  }

  async close(): Promise<void> {
    this.closing.abort(messagingErrors.closed('the bus was closed'));
    await this.bus.close();
  }

  private patiently<T>(attempt: () => Promise<T>): Promise<T> {
    return patiently(this.clock, this.closing.signal, attempt);
  }
}

export interface BusPatience {
  /** No try begins later than so many milliseconds after the call, while it fails with this; 20,000 by default. */
  readonly patienceWith?: (error: unknown) => number;
  /** Told before each try that is not the first. */
  readonly onRetry?: (error: unknown) => void;
}

/**
 * Tries what changes nothing again while it fails with a retryable error.
 *
 * @throws what the last try failed with, when patience is over or the signal is aborted
 */
export async function patiently<T>(
  clock: Clock,
  signal: AbortSignal,
  attempt: () => Promise<T>,
  { patienceWith = () => deadlineMillis, onRetry }: BusPatience = {},
): Promise<T> {
  const begunAt = clock.ticksMillis();
  let pause = pauses.next();
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      const left = begunAt + patienceWith(error) - clock.ticksMillis();
      if (!isRetryable(error) || signal.aborted || left <= 0) throw error;
      onRetry?.(error);
      await clock.sleep(Math.min(pause.duration, left), signal);
      pause = pause.next(undefined);
    }
  }
}
