import type { Benchmark } from './benchmark.js';
import { replay } from './replay.js';
import { tail } from './tail.js';

/** All of them, in the order of `all`. */
export const benchmarks: readonly Benchmark[] = [replay, tail];
