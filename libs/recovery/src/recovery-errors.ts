import { defineErrors } from '@headwater/errors';

export const recoveryErrors = defineErrors('RECOVERY', {
  wrongSeries: {
    number: 10001,
    solution:
      'Set the variable that the message names to a mongod of the same major and minor version as the protected deployment.',
  },
  directoryNotEmpty: {
    number: 10002,
    solution: 'Name a directory that is empty or does not exist yet: nothing that is there is overwritten.',
  },
  directoryUnknown: {
    number: 10003,
    solution: 'Build the directory anew: from a block snapshot or from the initial sync.',
  },
  directoryUnfinished: {
    number: 10004,
    retryable: true,
    solution: 'Resume the directory first; where that is not possible, build it anew.',
  },
  otherPosition: {
    number: 10005,
    solution:
      'Build the directory anew from a snapshot of the chain that is asked for, at or below the position that is asked for.',
  },
  syncIncomplete: {
    number: 10006,
    retryable: true,
    solution: 'Wait until the initial sync is complete.',
  },
  indexBuildsOpen: {
    number: 10007,
    solution: 'Let the index builds on the source finish, then order a resync.',
  },
  copyDiffers: {
    number: 10008,
    solution: 'Order a resync of the replica set, and report what the message says.',
  },
  fcvUnsupported: {
    number: 10009,
    solution:
      'The deployment was upgraded there: restore to a point before, or order a resync and give Headwater a mongod of the new version.',
  },
  damagedFile: {
    number: 10010,
    solution:
      'Restore from another snapshot, and run the repository check: an object of this one is damaged.',
  },
  unreadableState: {
    number: 10011,
    solution: 'Remove the state file that the message names and build the directory anew.',
  },
  directoryTouched: {
    number: 10012,
    solution:
      'Let nothing but Headwater open its data directories; the directory is built anew from the repository.',
  },
  diskFull: {
    number: 10013,
    retryable: true,
    solution: 'Free space on the file system that the message names and try again.',
  },
  replayMissed: {
    number: 90001,
    solution:
      'Report this with the log of mongod: the replay did not end where it had to. The directory must be built anew.',
  },
});
