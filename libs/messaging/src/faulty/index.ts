// messaging/faulty: a bus in front of which things go wrong, for specs and rehearsals.
//
// - FaultyBus: decorates a bus with a FaultPlan of `@headwater/faults`.
export { FaultyBus } from './faulty-bus.js';
export type { FaultyBusOptions } from './faulty-bus.js';
