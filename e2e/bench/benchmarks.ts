import type { Benchmark } from './benchmark.js';
import { initialSync } from './initial-sync.js';
import { replay } from './replay.js';
import { restore } from './restore.js';
import { servers } from './servers.js';
import { snapshot } from './snapshot.js';
import { store } from './store.js';
import { tail } from './tail.js';

/** All of them, in the order of `all`. */
export const benchmarks: readonly Benchmark[] = [
  replay,
  tail,
  initialSync,
  snapshot,
  restore,
  store,
  servers,
];
