import type { Clock } from '@headwater/clock';
import type { Injection } from '@headwater/faults';
import { copyOf } from '@headwater/messaging';
import type {
  Assignment,
  ConsumeOptions,
  Delivery,
  IncomingMessage,
  MessageBus,
  Subscription,
} from '@headwater/messaging';
import type { BusOperation } from './bus-faults.js';

export interface FaultyConsumerOptions {
  readonly bus: MessageBus;
  readonly clock: Clock;
  readonly injection: Injection<BusOperation>;
  readonly consume: ConsumeOptions;
}

/** How long it waits to join its group again when the bus does not let it. */
const rejoinMillis = 1000;

/** A member of a group whose handlers and commits fail, and whose assignments end, as a plan says. */
export class FaultyConsumer implements Subscription {
  private readonly options: FaultyConsumerOptions;
  private readonly stopping = new AbortController();
  /** The membership that counts: the present one, or the one to come while it is changed. */
  private membership: Promise<Subscription> | undefined;
  private inner: Subscription | undefined;
  /** What the handlers are given instead of each assignment. */
  private readonly assignments = new WeakMap<Assignment, Assignment>();

  constructor(options: FaultyConsumerOptions) {
    this.options = options;
  }

  get active(): boolean {
    return !this.stopping.signal.aborted && this.inner?.active === true;
  }

  async join(): Promise<void> {
    this.membership = this.options.bus.consume(this.wrapped());
    this.inner = await this.membership;
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    const inner = await this.membership;
    await inner?.stop();
  }

  private wrapped(): ConsumeOptions {
    const { consume } = this.options;
    return {
      ...consume,
      ...(consume.onAssigned && { onAssigned: (assignment) => this.assign(assignment) }),
      ...(consume.onRevoked && {
        onRevoked: async (assignment) => consume.onRevoked?.(this.faultyOf(assignment)),
      }),
      ...(consume.onMessage && { onMessage: (message, delivery) => this.deliver(message, delivery) }),
    };
  }

  private assign(assignment: Assignment): Promise<void> {
    const { injection, consume } = this.options;
    return injection.call('assign', consume.group, async () =>
      consume.onAssigned?.(this.faultyOf(assignment)),
    );
  }

  private faultyOf(assignment: Assignment): Assignment {
    const faulty = this.assignments.get(assignment) ?? {
      partitions: assignment.partitions,
      owns: (key) => assignment.owns(key),
      get isHeld() {
        return assignment.isHeld;
      },
      signal: assignment.signal,
      commit: (topic, partition, offset) =>
        this.commit(topic, () => assignment.commit(topic, partition, offset)),
    };
    this.assignments.set(assignment, faulty);
    return faulty;
  }

  private async deliver(message: IncomingMessage, delivery: Delivery): Promise<void> {
    const { injection } = this.options;
    const { topic } = message;
    const fault = injection.decide('deliver', topic);
    let committed = false;
    const hasCommitted = () => committed;
    const handle = async () => {
      if (hasCommitted()) return; // What was committed is not delivered again.
      await this.options.consume.onMessage?.(copyOf(message), {
        signal: delivery.signal,
        commit: () =>
          this.commit(topic, async () => {
            await delivery.commit();
            committed = true;
          }),
      });
    };
    if (fault?.kind === 'cut') {
      this.rejoin();
      await handle();
      return;
    }
    const what = `the delivery of ${topic} ${message.offset}`;
    if (fault?.kind === 'fail-after') {
      await handle();
      // What was committed is not delivered again, and so does not fail.
      if (!hasCommitted()) throw injection.failure(`the answer to ${what} was lost`);
      return;
    }
    await injection.around(fault, what, handle);
  }

  private commit(topic: string, effect: () => Promise<void>): Promise<void> {
    return this.options.injection.call('commit', topic, effect);
  }

  /** Leaves the group, which ends the assignment once the running handler has returned, and joins it again. */
  private rejoin(): void {
    const left = this.membership?.then((inner) => inner.stop());
    this.membership = this.joinAgain(left);
    // Told to whoever stops it; until then it is tried for ever.
    this.membership.catch(() => undefined);
  }

  private async joinAgain(left: Promise<void> | undefined): Promise<Subscription> {
    const { bus, clock, consume } = this.options;
    await left;
    for (;;) {
      if (this.stopping.signal.aborted) return gone;
      try {
        this.inner = await bus.consume(this.wrapped());
        return this.inner;
      } catch (error) {
        consume.onError?.(error);
        await clock.sleep(rejoinMillis, this.stopping.signal).catch(() => undefined);
      }
    }
  }
}

const gone: Subscription = { active: false, stop: () => Promise.resolve() };
