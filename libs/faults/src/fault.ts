/**
 * - `fail-before`: the call is refused and has no effect.
 * - `fail-after`: the call has its effect, and its answer is lost.
 * - `delay`: the call begins later.
 * - `cut`: what the call gives piece by piece ends in the middle.
 * - `repeat`: the call is carried out twice.
 */
export const faultKinds = ['fail-before', 'fail-after', 'delay', 'cut', 'repeat'] as const;
export type FaultKind = (typeof faultKinds)[number];

/** What happens to one call. */
export interface Fault {
  readonly kind: FaultKind;
  /** At least 0, below 1: how much of the longest delay, or how far before a cut. */
  readonly share: number;
}

/** A fault that has been decided. */
export interface FaultEvent {
  readonly operation: string;
  readonly subject: string;
  readonly kind: FaultKind;
}
