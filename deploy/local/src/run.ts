import type { Clock } from '@headwater/clock';
import type { Closings } from './closings.js';
import type { Options } from './options.js';
import type { Report } from './output/report.js';
import type { Remarks } from './remarks.js';

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
  /** Aborted when what ends in order is to end at once. */
  readonly hurry: AbortSignal;
  readonly verdict: Verdict;
  readonly remarks: Remarks;
}

/** How a run went, for what has to be cleared away after it. */
export class Verdict {
  /** A temporary data directory stays, so that somebody can see why. */
  failed = false;
  /** The restore that was to prove it all failed; the run went on. */
  unproved = false;
  /** Path of what stays after the run; null for nothing. */
  stays: string | null = null;
}
