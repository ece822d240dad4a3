// messaging/opening: from a service's config to its bus. For composition roots; the only importer of adapters.
//
// - openBus: the bus that the config names, with its decorators.
// - BusConfig, BusSurroundings: what it takes.
export { openBus } from './open-bus.js';
export type { BusConfig, BusSurroundings } from './open-bus.js';
