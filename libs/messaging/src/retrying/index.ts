// messaging/retrying: a bus that is patient with calls that change nothing.
//
// - RetryingBus: decorates a bus; consume, watch and latest are tried again, produce is not.
// - patiently: the same for whatever else changes nothing.
export { patiently, RetryingBus } from './retrying-bus.js';
export type { BusPatience } from './retrying-bus.js';
export type { RetryingBusOptions } from './retrying-bus.js';
