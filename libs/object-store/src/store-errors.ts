import { defineErrors } from '@headwater/errors';

export const storeErrors = defineErrors('STORE', {
  objectMissing: {
    number: 10001,
    solution: 'Check that the store is the right one and that nothing but Headwater removes objects from it.',
  },
  rangeOutside: {
    number: 10002,
    solution:
      'The object is shorter than the repository says: treat it as damaged and restore from another snapshot.',
  },
  unavailable: {
    number: 10003,
    retryable: true,
    solution:
      'Check that the store is reachable, has free space and grants its user reading and writing; the work goes on by itself.',
  },
  notUsable: {
    number: 10004,
    solution:
      'Name a directory on a file system with hard links that this user may write to, or give this user the right to.',
  },
  keyConflict: {
    number: 10005,
    solution:
      'Remove from the store what Headwater did not put there: a file or link stands where a folder of the repository belongs.',
  },
  invalidKey: {
    number: 90001,
    solution: 'Report this with the log around it: a key outside the alphabet of the store was used.',
  },
});
