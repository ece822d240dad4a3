// messaging/retrying: a bus that is patient with calls that change nothing.
//
// - RetryingBus: decorates a bus; consume, watch and latest are tried again, produce is not.
export { RetryingBus } from './retrying-bus.js';
export type { RetryingBusOptions } from './retrying-bus.js';
