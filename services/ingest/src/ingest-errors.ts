import { defineErrors } from '@headwater/errors';

export const ingestErrors = defineErrors('INGEST', {
  otherReplicaSet: {
    number: 10001,
    solution:
      'Two replica sets use one deployment id: give the new one its own HEADWATER_DEPLOYMENT, or point the agent at the set that is bound to this id.',
  },
  listingUnusable: {
    number: 10002,
    retryable: true,
    solution:
      'Repair or restore the object that the message names; capture of this replica set waits until it can be read.',
  },
  epochTaken: {
    number: 10003,
    retryable: true,
    solution:
      'Another ingest gave an order at the same moment; the listing is read again and nothing needs to be done.',
  },
  notHeld: {
    number: 10004,
    retryable: true,
    solution:
      'Another ingest has taken this replica set over, or is about to, and goes on from the store; nothing needs to be done.',
  },
  strayMessage: {
    number: 10005,
    retryable: true,
    solution:
      'The number of partitions was changed while messages waited, or another program wrote to the topic. Nothing is lost: run one ingest alone until these messages are archived, then start the others.',
  },
});
