import { defineErrors } from '@headwater/errors';

/** What `npm start` itself can end in; everything else comes from the parts that it starts. */
export const launcherErrors = defineErrors('LAUNCHER', {
  badOption: { number: 10001, solution: 'Run `npm start -- --help` to see what there is.' },
  directoryLocked: {
    number: 10002,
    solution: 'Stop the other one (Ctrl-C where it runs), or give this one another --data-dir.',
  },
  directoryUnusable: {
    number: 10003,
    solution:
      'Give --data-dir a directory that does not exist yet, or one that this command made and may write to.',
  },
  serviceEnded: {
    number: 10004,
    solution: 'Read the lines of its log above; the whole log is in the file that the message names.',
  },
  serviceNotReady: {
    number: 10005,
    solution: 'Look at the load of the machine and at the log that the message names, then try again.',
  },
  captureRefused: {
    number: 10006,
    solution:
      'Give this replica set another --data-dir (or its own HEADWATER_DEPLOYMENT): a backup is never mixed with that of another replica set.',
  },
  captureFailing: {
    number: 10007,
    solution: 'Remove the cause that the message names, then start again: what was archived stays.',
  },
  noProgress: {
    number: 10008,
    solution: 'Look at the logs of the services in the data directory: they say what they wait for.',
  },
  restoreRefused: { number: 10009, solution: 'Read the reason in the message: the restore service gave it.' },
  restoreFailed: { number: 10010, solution: 'Read the reason in the message: the restore service gave it.' },
  directoryNewer: {
    number: 10012,
    solution: 'Start the version of Headwater that made it, or a later one, or give another --data-dir.',
  },
  otherKinds: {
    number: 10013,
    solution:
      'Start it with the kinds that it was begun with, which the message names, or give another --data-dir.',
  },
  keysUnreadable: {
    number: 10014,
    solution:
      'Put the file back from a copy, or remove it: new keys are made then, and what MinIO keeps there is read with them.',
  },
  restoredWrong: {
    number: 90001,
    solution: 'Report this with the data directory: the restored files are not what was written.',
  },
});
