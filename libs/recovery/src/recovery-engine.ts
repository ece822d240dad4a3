import { resolve } from 'node:path';
import { prepare, type PrepareRequest } from './delivering/prepare.js';
import { checkUntouched } from './directory/fingerprint.js';
import { inspect, type InspectRequest, type Inspection } from './inspecting/inspect.js';
import { materialize, type MaterializeRequest } from './materializing/materialize.js';
import { MongodSessions, type MongodSupply } from './mongods/mongod-sessions.js';
import type { CycleOutcome, CycleRequest } from './replay/cycle.js';
import { replay } from './replay/replay.js';
import { resume, type Resumed, type ResumeRequest } from './replay/resume.js';
import { seed, type Seeded, type SeedRequest } from './seeding/seed.js';

/**
 * Makes data files out of the repository and brings them to a point in time. One owner a directory at a time; every
 * operation may be killed at any moment, and `resume` tells what the directory is worth then.
 */
export class RecoveryEngine {
  private readonly sessions: MongodSessions;

  constructor(supply: MongodSupply) {
    this.sessions = new MongodSessions(supply);
  }

  /** Data files as of the end of an initial sync. See `seed`. */
  seed(request: SeedRequest): Promise<Seeded> {
    return seed(this.sessions, absolute(request));
  }

  /** The data files of a block snapshot. See `materialize`. */
  materialize(request: MaterializeRequest): Promise<{ bytes: number }> {
    return materialize(absolute(request));
  }

  /** Data files at `from` become data files at the largest entry ≤ `to`. See `replay`. */
  replay(request: CycleRequest): Promise<CycleOutcome> {
    return replay(this.sessions, absolute(request));
  }

  /** Finishes what a killed process was doing. See `resume`. */
  resume(request: ResumeRequest): Promise<Resumed> {
    return resume(this.sessions, absolute(request));
  }

  /** That the files are what they were when the last operation ended. See `checkUntouched`. */
  checkUntouched({ directory }: { readonly directory: string }): Promise<void> {
    return checkUntouched(resolve(directory));
  }

  /** What is in the files, and where they stand. See `inspect`. */
  inspect(request: InspectRequest): Promise<Inspection> {
    return inspect(this.sessions, absolute(request));
  }

  /** Hands the files over to whoever opens them next. See `prepare`. */
  prepare(request: PrepareRequest): Promise<void> {
    return prepare(absolute(request));
  }
}

function absolute<T extends { readonly directory: string }>(request: T): T {
  return { ...request, directory: resolve(request.directory) };
}
