import { chanceOf } from './chance.js';
import type { Fault, FaultEvent, FaultKind } from './fault.js';

/** A fault that is asked for by name. */
export interface ScriptedFault {
  readonly operation: string;
  readonly kind: FaultKind;
  /** Only calls whose subject (a key, a topic) contains it. Every call by default. */
  readonly about?: string;
  /** The first call that it happens to, counted from 1 over those it is about, from when it is scripted. */
  readonly call?: number;
  /** How many calls in a row it happens to; 1 by default, Infinity until `clear`. */
  readonly times?: number;
}

export interface FaultPlanOptions {
  /** The same seed gives the same faults for the same calls of an operation, whatever other operations do meanwhile. */
  readonly seed?: string | number;
  /**
   * Of each operation, the share of calls that something happens to: 0 to 1, divided evenly among what can happen to
   * it. `*` stands for those that are not named.
   */
  readonly rates?: Readonly<Record<string, number>>;
  readonly script?: readonly ScriptedFault[];
  /** Told of every fault, before it happens. */
  readonly onFault?: (event: FaultEvent) => void;
}

interface Pending {
  readonly fault: ScriptedFault;
  seen: number;
}

/** Decides what happens to each call of a port. Scripted faults come first, then those of the seed. */
export class FaultPlan {
  private readonly options: FaultPlanOptions;
  private readonly calls = new Map<string, number>();
  private pending: Pending[] = [];

  /** Without options nothing ever happens. */
  constructor(options: FaultPlanOptions = {}) {
    this.options = options;
    for (const fault of options.script ?? []) this.add(fault);
  }

  /** From the next call on. */
  add(fault: ScriptedFault): void {
    this.pending.push({ fault, seen: 0 });
  }

  /** Forgets what is scripted and has not happened. */
  clear(): void {
    this.pending = [];
  }

  /**
   * What happens to the call that is about to be made; null for nothing.
   *
   * @param possible what can happen to this operation
   * @throws Error for a scripted fault that cannot
   */
  next(operation: string, subject: string, possible: readonly FaultKind[]): Fault | null {
    const call = (this.calls.get(operation) ?? 0) + 1;
    this.calls.set(operation, call);
    const kind = this.scripted(operation, subject) ?? this.drawn(operation, call, possible);
    if (kind === null) return null;
    if (!possible.includes(kind)) throw new Error(`'${kind}' cannot happen to '${operation}'`);
    this.options.onFault?.({ operation, subject, kind });
    return { kind, share: this.chance(operation, call, 'share') };
  }

  private scripted(operation: string, subject: string): FaultKind | null {
    let found: FaultKind | null = null;
    for (const each of this.pending) {
      const { fault } = each;
      if (fault.operation !== operation || !subject.includes(fault.about ?? '')) continue;
      const isDue = each.seen + 1 >= (fault.call ?? 1);
      if (isDue && found !== null) continue; // Its turn is the next such call.
      each.seen += 1;
      if (isDue) found = fault.kind;
    }
    this.pending = this.pending.filter(
      ({ fault, seen }) => seen < (fault.call ?? 1) + (fault.times ?? 1) - 1,
    );
    return found;
  }

  private drawn(operation: string, call: number, possible: readonly FaultKind[]): FaultKind | null {
    const { rates = {} } = this.options;
    const rate = rates[operation] ?? rates['*'] ?? 0;
    const drawn = this.chance(operation, call, 'fault');
    if (drawn >= rate) return null;
    return possible[Math.floor((drawn / rate) * possible.length)] ?? null;
  }

  private chance(operation: string, call: number, what: string): number {
    return chanceOf(`${this.options.seed ?? 0}/${operation}/${call}/${what}`);
  }
}
