import { defineErrors } from '@headwater/errors';

export const oplogErrors = defineErrors('OPLOG', {
  malformedEntry: {
    number: 10001,
    solution:
      'Read the same range again from its source; if it is refused again, run validate on local.oplog.rs of the sync source and check its disk.',
  },
  invalidTimestamp: {
    number: 90001,
    solution:
      'Report this with the log around it: a timestamp outside the range of a BSON timestamp was used.',
  },
  unframableBatch: {
    number: 90002,
    solution:
      'Report this with the log around it: entries that do not continue each other were put into one batch.',
  },
});
