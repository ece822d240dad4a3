import { defineErrors } from '@headwater/errors';

export const restoreErrors = defineErrors('RESTORE', {
  unknownDeployment: {
    number: 10001,
    solution: 'GET /v1/deployments lists the deployments that have a backup.',
  },
  outsideWindows: {
    number: 10002,
    solution: 'Choose a target inside a restore window: nearestBefore and nearestAfter are restorable.',
  },
  unknownJob: { number: 10003, solution: 'GET /v1/restores lists the restore jobs of this service.' },
  directoryNotEmpty: { number: 10004, solution: 'Give an empty directory, or one that does not exist yet.' },
  directoryUnusable: {
    number: 10005,
    solution: 'Give a directory that the restore service may create, or write to, on its own host.',
  },
  outsideRoot: {
    number: 10006,
    solution: 'Give a path below HEADWATER_RESTORE_ROOT, without symbolic links that lead out of it.',
  },
  diskTooSmall: {
    number: 10007,
    solution:
      'Free space on that file system, or give a directory on a larger one; no files were left there.',
  },
  verificationFailed: {
    number: 10008,
    solution:
      'Do not use the files, which were removed; keep the store as it is and report this with the log.',
  },
  interrupted: {
    number: 10009,
    retryable: true,
    solution: 'Nothing to do: the next start of the restore service of this host goes on with the job.',
  },
  idempotencyKeyReused: {
    number: 10010,
    solution: 'Use a new Idempotency-Key for another request.',
  },
  directoryTaken: {
    number: 10013,
    solution: 'Give another directory, or wait until the restore that has it has ended, or cancel that one.',
  },
  targetVanished: {
    number: 10014,
    solution:
      'Request the restore again: its working directory was removed while it was not finished. Let it stay until then.',
  },
  tooLateToCancel: {
    number: 10015,
    solution:
      'Nothing to do: the job has ended, or its files are being moved into place; remove them if they are not wanted.',
  },
  cancelled: {
    number: 10016,
    solution: 'Nothing to do: it was cancelled on request.',
  },
  notActive: {
    number: 10012,
    retryable: true,
    solution: 'Ask the restore service of this host that is active; one takes over when the other ends.',
  },
  unexpected: { number: 90001, solution: 'Report this with the log of the restore service.' },
  severalReplicaSets: {
    number: 10011,
    solution: 'Restoring several replica sets at once is not offered yet.',
  },
});

const statuses: ReadonlyMap<string, number> = new Map([
  [restoreErrors.unknownDeployment.code, 404],
  [restoreErrors.unknownJob.code, 404],
  [restoreErrors.outsideWindows.code, 422],
  [restoreErrors.directoryNotEmpty.code, 409],
  [restoreErrors.directoryTaken.code, 409],
  [restoreErrors.tooLateToCancel.code, 409],
  [restoreErrors.directoryUnusable.code, 422],
  [restoreErrors.outsideRoot.code, 422],
  [restoreErrors.diskTooSmall.code, 507],
  [restoreErrors.idempotencyKeyReused.code, 422],
  [restoreErrors.severalReplicaSets.code, 422],
]);

/** HTTP status of an error's code; undefined where the default does. */
export function statusOf(code: string): number | undefined {
  return statuses.get(code);
}
