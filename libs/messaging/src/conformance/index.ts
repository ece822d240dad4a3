// conformance: what every bus must keep, as tests.
//
// - describeMessageBus: an adapter's spec calls it with a way to make a bus; it fails where a promise of the port
//   (`@headwater/messaging`) is not kept.
// - describeRetention: the same for a bus that expires and compacts; RetainingHarness is such a broker.
// - BusHarness: one fresh broker, seen by as many clients as a test needs.
export { describeMessageBus, describeRetention } from './message-bus-suite.js';
export type { BusHarness } from './bus-harness.js';
export type { RetainingHarness } from './retention-promises.js';
