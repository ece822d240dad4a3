import type { FaultKind } from '@headwater/faults';

/**
 * The operations of a bus in a fault plan, and what can happen to each. The subject is the topic; for `consume` and
 * `assign` the group. `deliver` is a message handed to a handler, where `cut` means that the assignment ends while the
 * handler runs.
 */
export const possibleFaults = {
  produce: ['fail-before', 'fail-after', 'delay'],
  latest: ['fail-before', 'delay'],
  consume: ['fail-before', 'delay'],
  watch: ['fail-before', 'delay'],
  assign: ['fail-before', 'delay'],
  deliver: ['fail-before', 'fail-after', 'delay', 'repeat', 'cut'],
  show: ['fail-before', 'fail-after', 'delay', 'repeat'],
  commit: ['fail-before', 'fail-after', 'delay'],
} as const satisfies Readonly<Record<string, readonly FaultKind[]>>;

export type BusOperation = keyof typeof possibleFaults;
