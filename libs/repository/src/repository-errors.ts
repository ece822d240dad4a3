import { defineErrors, isOneOf, type HeadwaterError } from '@headwater/errors';

export const repositoryErrors = defineErrors('REPOSITORY', {
  damagedObject: {
    number: 10001,
    solution:
      'Put the object back from a copy of the store, or restore from a snapshot that does not need it; check the disks of the store, and take a new snapshot.',
  },
  missingObject: {
    number: 10002,
    solution:
      'Put the object back from a copy of the store, or restore from a snapshot that does not need it; nothing but Headwater may remove objects.',
  },
  missingRange: {
    number: 10003,
    solution: 'The oplog of that range was never archived: restore to a point in one of the restore windows.',
  },
  forkedSlices: {
    number: 10004,
    solution:
      'Two archived histories contradict each other: restore to a point before the contradiction, and order a resync of the replica set.',
  },
  unknownFormat: {
    number: 10005,
    solution: 'Use the version of Headwater that wrote the repository, or a newer one.',
  },
  conflictingObject: {
    number: 10006,
    solution: 'Two writers used the same name for different contents: order a resync of the replica set.',
  },
  incompleteSync: {
    number: 10007,
    solution:
      'Parts of the initial sync are not archived: wait until they are, or order a resync of the replica set.',
  },
  changedFile: {
    number: 10008,
    solution:
      'A data file changed while it was sealed: make sure that nothing but Headwater opens the head, and seal again.',
  },
  invalidName: {
    number: 10009,
    solution: 'Use an id of 1 to 100 characters for the deployment and the replica set.',
  },
  malformedPart: {
    number: 10010,
    solution: 'A part of an initial sync contradicts itself: order a resync of the replica set.',
  },
  noRepository: {
    number: 10011,
    retryable: true,
    solution:
      'Start ingest, which makes the repository of a new store; where there was one, mount or name the right store.',
  },
  invalidDocument: {
    number: 90001,
    solution:
      'Report this with the log around it: a document that no reader would take was about to be stored.',
  },
  invalidSlice: {
    number: 90002,
    solution:
      'Report this with the log around it: entries that are not what their range says were about to be archived.',
  },
  misusedWriter: {
    number: 90003,
    solution:
      'Report this with the log around it: a snapshot was about to be finished before its files were stored.',
  },
  noDataFiles: {
    number: 90004,
    solution:
      'Report this with the log around it: data files of a log snapshot were asked for, and only its base has some.',
  },
});

/** Whether an object of the store is missing, or does not hold what it has to. */
export function isDamage(error: unknown): error is HeadwaterError {
  return isOneOf(error, [repositoryErrors.damagedObject, repositoryErrors.missingObject]);
}
