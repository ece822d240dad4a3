// object-store/retrying: a store that is patient. The only place where calls of a store are tried again.
//
// - RetryingStore: decorates a store.
// - retried: does with the same patience what comes before there is a store.
// - StoreRetry: what it tells of each retry.
export { retried, RetryingStore } from './retrying-store.js';
export type { RetryingStoreOptions } from './retrying-store.js';
export type { StoreRetry } from './patience.js';
