import type { FaultPlan } from './fault-plan.js';
import type { Fault, FaultKind } from './fault.js';

export interface InjectionOptions {
  readonly plan: FaultPlan;
  /** Waits so many milliseconds, by the clock of the port. */
  readonly sleep: (millis: number) => Promise<void>;
  /** What a caller of the port gets to see when it does not answer. */
  readonly failure: (message: string) => Error;
}

/** The longest `delay`. */
const longestDelayMillis = 200;

/** Carries out the faults of a plan around the calls of a port. */
export class Injection {
  private readonly options: InjectionOptions;

  constructor(options: InjectionOptions) {
    this.options = options;
  }

  /** What happens to a call that is carried out in a way of its own. */
  decide(operation: string, subject: string, possible: readonly FaultKind[]): Fault | null {
    return this.options.plan.next(operation, subject, possible);
  }

  /**
   * A call with what the plan has for it. Repeated, it answers what it answered first. An effect that throws of itself
   * does so, whatever else was planned.
   */
  async call<T>({ operation, subject, possible }: CallSite, effect: () => Promise<T>): Promise<T> {
    return this.around(this.decide(operation, subject, possible), `${operation} of ${subject}`, effect);
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

export interface CallSite {
  readonly operation: string;
  /** What the call is about: a key, a topic. */
  readonly subject: string;
  readonly possible: readonly FaultKind[];
}
