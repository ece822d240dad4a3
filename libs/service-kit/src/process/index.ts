// service-kit/process: for whoever starts a service as a process. Loads nothing else of the kit.
//
// - processEnvironment: variables of the runtime and the C library, which are read before any code of ours runs.
export { processEnvironment } from './process-environment.js';
