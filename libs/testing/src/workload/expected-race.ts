import { MongoError, MongoServerError } from 'mongodb';

/** Server errors by which a step finds that an earlier one, or an election, came before it. */
const expectedCodes: ReadonlyMap<number, string> = new Map([
  [11, 'UserNotFound'],
  [26, 'NamespaceNotFound'],
  [27, 'IndexNotFound'],
  [48, 'NamespaceExists'],
  [67, 'CannotCreateIndex'],
  [72, 'InvalidOptions'],
  [85, 'IndexOptionsConflict'],
  [86, 'IndexKeySpecsConflict'],
  [112, 'WriteConflict'],
  [117, 'ConflictingOperationInProgress'],
  [121, 'DocumentValidationFailure'],
  [166, 'CommandNotSupportedOnView'],
  [175, 'QueryPlanKilled'],
  [215, 'DatabaseDropPending'],
  [251, 'NoSuchTransaction'],
  [276, 'IndexBuildAborted'],
  [11000, 'DuplicateKey'],
  [12587, 'BackgroundOperationInProgressForNamespace'],
  [17152, 'CappedTargetOfOut'],
  [51003, 'UserExists'],
]);

/** Why a step was refused, where that was to be expected; null where it was not. */
export function expectedRace(error: unknown): string | null {
  if (error instanceof MongoServerError && typeof error.code === 'number') {
    const name = expectedCodes.get(error.code);
    if (name !== undefined) return name;
  }
  return isOutage(error) ? 'outage' : null;
}

/** The set has no primary just now, or lost it while the step ran. */
function isOutage(error: unknown): boolean {
  if (!(error instanceof MongoError)) return false;
  return (
    outages.some((name) => error.name === name) || retryLabels.some((label) => error.hasErrorLabel(label))
  );
}

const outages = [
  'MongoNetworkError',
  'MongoNetworkTimeoutError',
  'MongoServerSelectionError',
  'MongoPoolClearedError',
];
const retryLabels = ['RetryableWriteError', 'TransientTransactionError', 'UnknownTransactionCommitResult'];
