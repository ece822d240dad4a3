// clock: the only reader of wall time.
//
// - Clock: now, monotonic ticks, sleep. Whoever needs time takes one as an argument.
// - systemClock: the machine's.
// - ManualClock: for specs; time passes only when told to.
export type { Clock } from './clock.js';
export { systemClock } from './system-clock.js';
export { ManualClock } from './manual-clock.js';
