import type { Clock } from '@headwater/clock';
import { Injection } from '@headwater/faults';
import type { FaultPlan } from '@headwater/faults';
import { copyOf, messagingErrors } from '@headwater/messaging';
import type {
  ConsumeOptions,
  IncomingMessage,
  MessageBus,
  OutgoingMessage,
  Subscription,
  WatchOptions,
} from '@headwater/messaging';
import { possibleFaults } from './bus-faults.js';
import type { BusOperation } from './bus-faults.js';
import { FaultyConsumer } from './faulty-consumer.js';

export interface FaultyBusOptions {
  readonly plan: FaultPlan;
  readonly clock: Clock;
}

/**
 * A bus in front of which things go wrong, as a plan says. It fails with messagingErrors.inputOutput and keeps what the
 * port promises: order, nothing skipped, and nothing delivered again that was committed.
 */
export class FaultyBus implements MessageBus {
  private readonly bus: MessageBus;
  private readonly clock: Clock;
  private readonly injection: Injection<BusOperation>;
  /** By topic: settled when the last call has begun. */
  private readonly begun = new Map<string, Promise<unknown>>();
  /** Calls that were begun and have not ended. */
  private readonly running = new Set<Promise<unknown>>();
  private readonly consumers = new Set<FaultyConsumer>();
  private closing: Promise<void> | undefined;

  constructor(bus: MessageBus, { plan, clock }: FaultyBusOptions) {
    this.bus = bus;
    this.clock = clock;
    this.injection = new Injection({
      plan,
      possible: possibleFaults,
      sleep: (millis) => clock.sleep(millis),
      failure: (message) => messagingErrors.inputOutput(message),
    });
  }

  produce(topic: string, messages: readonly OutgoingMessage[]): Promise<void> {
    const fault = this.injection.decide('produce', topic);
    const produced = this.injection.around(
      fault?.kind === 'delay' ? null : fault,
      `produce to ${topic}`,
      () => {
        // A call that is held up holds up those behind it: their order is a promise.
        const held = fault?.kind === 'delay' ? this.injection.delay(fault) : undefined;
        return this.inOrder(topic, held, () => this.bus.produce(topic, messages));
      },
    );
    return this.track(produced);
  }

  latest(topic: string, key: string): Promise<IncomingMessage | null> {
    return this.track(this.injection.call('latest', topic, () => this.bus.latest(topic, key)));
  }

  consume(options: ConsumeOptions): Promise<Subscription> {
    return this.injection.call('consume', options.group, async () => {
      const { bus, clock, injection } = this;
      const consumer = new FaultyConsumer({ bus, clock, injection, consume: options });
      await consumer.join();
      this.consumers.add(consumer);
      return consumer;
    });
  }

  watch(options: WatchOptions): Promise<Subscription> {
    const { topic } = options;
    return this.injection.call('watch', topic, () =>
      this.bus.watch({
        ...options,
        onValue: (message) =>
          this.injection.call('show', topic, async () => options.onValue(copyOf(message))),
      }),
    );
  }

  close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  private async end(): Promise<void> {
    await Promise.allSettled(this.running);
    await Promise.all([...this.consumers].map((consumer) => consumer.stop()));
    await this.bus.close();
  }

  private async inOrder<T>(
    topic: string,
    held: Promise<void> | undefined,
    effect: () => Promise<T>,
  ): Promise<T> {
    const before = this.begun.get(topic);
    if (held === undefined && before === undefined) return effect();
    const turn = Promise.all([held, before]);
    this.begun.set(topic, turn);
    await turn;
    if (this.begun.get(topic) === turn) this.begun.delete(topic);
    return effect();
  }

  /** A call that was begun before the bus closes ends first. */
  private track<T>(call: Promise<T>): Promise<T> {
    this.running.add(call);
    const forget = () => this.running.delete(call);
    call.then(forget, forget);
    return call;
  }
}
