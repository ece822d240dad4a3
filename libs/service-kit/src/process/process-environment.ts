import { join } from 'node:path';

/**
 * Compiled code is kept beside what was built, where whoever may write could change the code itself: a start takes about a
 * quarter less CPU.
 */
const every = { NODE_COMPILE_CACHE: join(__dirname, '../../../../dist/.compiled-code') };

/**
 * What the process of a service is to be started with beside its `HEADWATER_*` variables: the runtime and the C library
 * read these before any code of ours runs. A service that is not named needs only what every one gets; a variable that the
 * operator sets himself is his.
 */
const variables: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  /**
   * It moves large buffers and keeps none. New objects get 2 MiB instead of what V8 grows to at every start, and
   * buffers from 64 KiB on go back to the operating system when they are freed: the C library would keep them.
   */
  agent: {
    NODE_OPTIONS: '--max-semi-space-size=2',
    MALLOC_ARENA_MAX: '2',
    MALLOC_MMAP_THRESHOLD_: '65536',
    MALLOC_TRIM_THRESHOLD_: '131072',
  },
  /** As the agent; its buffers are used again soon, so the C library may keep them. */
  ingest: { NODE_OPTIONS: '--max-semi-space-size=2' },
};

/** @param service its name, `agent` or another */
export function processEnvironment(service: string): Readonly<Record<string, string>> {
  return { ...every, ...variables[service] };
}
