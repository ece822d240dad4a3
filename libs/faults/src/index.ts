// faults: what goes wrong with a port, and when. For specs, and for rehearsals on a running system.
//
// - Fault: what happens to one call: it fails before or after its effect, begins later, ends in the middle, is carried
//   out twice.
// - FaultPlan: decides for each call, by script ("the third create fails after its effect") or by seed and rates.
// - Injection: carries a plan out around the calls of a port. The `faulty` decorators of the ports are made of it.
export { FaultPlan } from './fault-plan.js';
export type { FaultPlanOptions, ScriptedFault } from './fault-plan.js';
export { faultKinds } from './fault.js';
export type { Fault, FaultEvent, FaultKind } from './fault.js';
export { Injection } from './injection.js';
export type { InjectionOptions } from './injection.js';
