// service-kit/process: for whoever starts a service as a process. Loads nothing else of the kit.
//
// - processEnvironment: variables of the runtime and the C library, which are read before any code of ours runs.
// - letHeapGrow: a setting of the runtime that can still be made when our code runs.
export { letHeapGrow } from './heap-growth.js';
export { processEnvironment } from './process-environment.js';
