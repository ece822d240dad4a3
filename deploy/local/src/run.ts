import type { Clock } from '@headwater/clock';
import type { Closings } from './closings.js';
import type { Options } from './options.js';
import type { Report } from './output/report.js';

/** What a run is given, and what it leaves to be ended. */
export interface Run {
  readonly options: Options;
  readonly environment: NodeJS.ProcessEnv;
  /** Ours. */
  readonly pid: number;
  /** Holds `<service>/main.js`. */
  readonly programs: string;
  readonly clock: Clock;
  readonly report: Report;
  readonly closings: Closings;
  /** Aborted to end the run, with the reason. */
  readonly stop: AbortController;
  readonly verdict: Verdict;
}

/** How a run went, for what has to be cleared away after it. */
export class Verdict {
  /** A temporary data directory stays, so that somebody can see why. */
  failed = false;
  /** Path of what stays after the run; null for nothing. */
  stays: string | null = null;
}
