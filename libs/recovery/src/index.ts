// recovery: makes data files out of the repository and brings them to a point in time. The one engine of head, restore
// and verification.
//
// - RecoveryEngine: seed (from an initial sync) or materialize (from a block snapshot), then replay, inspect, prepare.
// - cycle: append the entries of (from, to] to the oplog of a directory, let mongod's own recovery apply them, stop.
// - DirectoryState: the file `<directory>.state.json`, written before each step; `resume` goes on from it.
// - replaceFile, syncDirectory: small files that have the old content or the new one after a crash, never another.
// - mongods: the caller supplies a binary for a series (`6.0`), which must be the deployment's.
export { RecoveryEngine } from './recovery-engine.js';
export type { MongodSupply } from './mongods/mongod-sessions.js';
export type { OnProgress, RecoveryPhase, RecoveryProgress } from './progress.js';
export type { Seeded, SeedRequest } from './seeding/seed.js';
export type { MaterializeRequest } from './materializing/materialize.js';
export type { CycleOutcome, CycleRequest } from './replay/cycle.js';
export type { Resumed, ResumeRequest } from './replay/resume.js';
export type { Inspection, InspectRequest } from './inspecting/inspect.js';
export type { PrepareRequest } from './delivering/prepare.js';
export { replaceFile, syncDirectory } from './directory/durable-files.js';
export { readState, stateFileOf } from './directory/directory-state.js';
export type { DirectoryState } from './directory/directory-state.js';
export { recoveryErrors } from './recovery-errors.js';
