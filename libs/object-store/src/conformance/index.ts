// object-store/conformance: what the port promises, as a suite that every adapter runs from a spec of its own.
//
// - describeObjectStore(name, make): `make` gives an empty store, a way to open the same one again, and its disposal.
export { describeObjectStore } from './object-store-suite.js';
export type { MakeStore, StoreUnderTest } from './store-under-test.js';
