import { setFlagsFromString } from 'node:v8';

/**
 * For services that move large buffers and keep few objects; to be called before anything else. Freed buffers count as growth
 * of the heap, which is small: V8 would go through all of it for every few megabytes of data, and more CPU went into that than
 * into the data. The heap may grow to twice what is in use.
 */
export function letHeapGrow(): void {
  setFlagsFromString('--heap-growing-percent=100');
}
