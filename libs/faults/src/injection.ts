import type { FaultPlan } from './fault-plan.js';
import type { Fault, FaultKind } from './fault.js';

export interface InjectionOptions<O extends string> {
  readonly plan: FaultPlan;
  /** The operations of the port, and what can happen to each. */
  readonly possible: Readonly<Record<O, readonly FaultKind[]>>;
  /** Waits so many milliseconds, by the clock of the port. */
  readonly sleep: (millis: number) => Promise<void>;
  /** What a caller of the port gets to see when it does not answer. */
  readonly failure: (message: string) => Error;
}

/** The longest `delay`. */
const longestDelayMillis = 200;

/** Carries out the faults of a plan around the calls of a port. */
export class Injection<O extends string> {
  private readonly options: InjectionOptions<O>;

  constructor(options: InjectionOptions<O>) {
    this.options = options;
  }

  /**
   * What happens to a call that is carried out in a way of its own.
   *
   * @param subject what the call is about: a key, a topic
   */
  decide(operation: O, subject: string): Fault | null {
    return this.options.plan.next(operation, subject, this.options.possible[operation]);
  }

  /**
   * A call with what the plan has for it. Repeated, it answers what it answered first. An effect that throws of itself
   * does so, whatever else was planned.
   *
   * @param subject what the call is about: a key, a topic
   */
  async call<T>(operation: O, subject: string, effect: () => Promise<T>): Promise<T> {
    return this.around(this.decide(operation, subject), `${operation} of ${subject}`, effect);
  }

  /** `effect` with a fault that was decided; a `cut` leaves no answer. */
  async around<T>(fault: Fault | null, what: string, effect: () => Promise<T>): Promise<T> {
    switch (fault?.kind) {
      case undefined:
        return effect();
      case 'fail-before':
        throw this.failure(`${what} was refused`);
      case 'fail-after':
        await effect();
        throw this.failure(`the answer to ${what} was lost`);
      case 'cut':
        await effect();
        throw this.failure(`the answer to ${what} ended in the middle`);
      case 'delay':
        await this.delay(fault);
        return effect();
      case 'repeat': {
        const answer = await effect();
        await effect();
        return answer;
      }
    }
  }

  delay(fault: Fault): Promise<void> {
    return this.options.sleep(fault.share * longestDelayMillis);
  }

  failure(what: string): Error {
    return this.options.failure(`planned fault: ${what}`);
  }
}
