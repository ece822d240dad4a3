// object-store/faulty: a store in front of which things go wrong, for specs and rehearsals.
//
// - FaultyStore: decorates a store with a FaultPlan of `@headwater/faults`. Operations: create, read, readRange, stat,
//   list, remove; their subject is the key or prefix.
export { FaultyStore } from './faulty-store.js';
export type { FaultyStoreOptions } from './faulty-store.js';
