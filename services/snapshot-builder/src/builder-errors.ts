import { defineErrors } from '@headwater/errors';

export const builderErrors = defineErrors('BUILDER', {
  baseDamaged: {
    number: 10001,
    retryable: true,
    solution:
      'An older block snapshot is taken for the head. Put the object that the message names back from a copy of the store: until then restores from that snapshot fail too.',
  },
  nothingToBuildFrom: {
    number: 10002,
    solution:
      'No block snapshot of the chain can be used and its initial sync is gone: put the objects back from a copy of the store, or order a resync of the replica set.',
  },
  workOverdue: {
    number: 10003,
    retryable: true,
    solution:
      'Look into the log of mongod beside the head for what it waits for, and at the disk; the work is tried again.',
  },
});
