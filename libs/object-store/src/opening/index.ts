// object-store/opening: from a service's config to its store. For composition roots; the only importer of adapters.
//
// - openStore: the store that the config names, with its decorators.
// - StoreConfig, StoreSurroundings: what it takes.
export { openStore } from './open-store.js';
export type { StoreConfig, StoreSurroundings } from './open-store.js';
