// messaging/faulty: a bus in front of which things go wrong, for specs and rehearsals.
//
// - FaultyBus: decorates a bus with a FaultPlan of `@headwater/faults`.
// - possibleFaults: its operations, and what can happen to each.
export { FaultyBus } from './faulty-bus.js';
export type { FaultyBusOptions } from './faulty-bus.js';
export { possibleFaults } from './bus-faults.js';
export type { BusOperation } from './bus-faults.js';
