import type { Figure } from './benchmark.js';
import type { Machine } from './machine.js';

/** What came of one benchmark. */
export interface Result {
  readonly name: string;
  readonly title: string;
  readonly figures: readonly Figure[];
  /** How long all of it took, set-up included. */
  readonly seconds: number;
  /** Why there are no figures; null when all went well. */
  readonly failure: string | null;
}

/** What `--json` writes. */
export interface Report {
  readonly machine: Machine;
  readonly scale: number;
  readonly results: readonly Result[];
}
