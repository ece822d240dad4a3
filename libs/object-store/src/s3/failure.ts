import { isHeadwaterError, messageOf } from '@headwater/errors';
import { storeErrors } from '@headwater/object-store';
import type { Answer } from './answer.js';
import { rootElement, textOf } from './xml.js';

type Kind = keyof typeof storeErrors;

/** S3's codes, and those of MinIO, that another try cannot help. */
const kinds: ReadonlyMap<string, Kind> = new Map([
  ...named('bucketMissing', 'NoSuchBucket'),
  ...named('accessRefused', 'AccessDenied', 'AllAccessDisabled', 'AccountProblem', 'InvalidAccessKeyId'),
  ...named('accessRefused', 'SignatureDoesNotMatch', 'InvalidSecurity', 'InvalidToken', 'ExpiredToken'),
  ...named('accessRefused', 'ObjectLocked', 'InvalidClientTokenId', 'NotSignedUp', 'XAdminUserNotFound'),
  ...named('clockSkewed', 'RequestTimeTooSkewed', 'RequestExpired'),
  ...named('endpointRefused', 'AuthorizationHeaderMalformed', 'PermanentRedirect', 'TemporaryRedirect'),
  ...named('endpointRefused', 'InvalidBucketName', 'InvalidRegion', 'IllegalLocationConstraintException'),
  ...named(
    'keyConflict',
    'XMinioParentIsObject',
    'XMinioObjectExistsAsDirectory',
    'ExistingObjectIsDirectory',
  ),
  ...named('keyConflict', 'ObjectParentIsFile', 'ExistingObjectIsADirectory'),
]);

/** Answers below 500 after which the same call may succeed: what was sent or asked for got lost or damaged on its way. */
const passing = new Set([
  ...[
    'BadDigest',
    'InvalidDigest',
    'XAmzContentSHA256Mismatch',
    'XAmzContentChecksumMismatch',
    'IncompleteBody',
  ],
  ...['RequestTimeout', 'OperationAborted', 'ConditionalRequestConflict', 'NoSuchUpload', 'InvalidPart'],
  ...[
    'SlowDown',
    'SlowDownRead',
    'SlowDownWrite',
    'TooManyRequests',
    'QuotaExceeded',
    'XMinioAdminBucketQuotaExceeded',
  ],
]);
const passingStatuses = new Set([408, 409, 425, 429]);

/** TLS: nothing that another try makes better. */
const refusedConnection =
  /^(ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|EPROTO|HOSTNAME_MISMATCH)/;

/** The code of an error of S3; by the status where the server gave none. */
export function codeOf(answer: Answer): string {
  const error = rootElement(answer.body, 'Error');
  const code = error === null ? undefined : textOf(error, 'Code');
  return code ?? answer.header('x-minio-error-code') ?? `status ${answer.status}`;
}

/** The error of an answer that is none of those that were hoped for. */
export function failureOf(what: string, answer: Answer): Error {
  const code = codeOf(answer);
  const error = rootElement(answer.body, 'Error');
  const said = (error === null ? undefined : textOf(error, 'Message')) ?? `it answered ${answer.status}`;
  return storeErrors[kindOf(code, answer.status)](
    `The store refused to ${what}: ${code}: ${said.slice(0, 500)}`,
    {
      details: { code, status: answer.status },
    },
  );
}

/** The error of an operation, whatever was thrown in it. */
export function asStoreError(what: string, error: unknown): unknown {
  if (isHeadwaterError(error)) return error;
  const code = errorCode(error);
  const kind: Kind = refusedConnection.test(code) ? 'endpointRefused' : 'unavailable';
  return storeErrors[kind](`cannot ${what}: ${messageOf(error) || code}`, {
    cause: error,
    details: { code },
  });
}

function kindOf(code: string, status: number): Kind {
  const kind = kinds.get(code);
  if (kind !== undefined) return kind;
  if (status >= 500 && status !== 501) return 'unavailable';
  if (passing.has(code) || passingStatuses.has(status)) return 'unavailable';
  return status === 401 || status === 403 ? 'accessRefused' : 'endpointRefused';
}

function named(kind: Kind, ...codes: readonly string[]): [string, Kind][] {
  return codes.map((code) => [code, kind]);
}

/** Of a failed connection; that of the last address where several were tried. */
function errorCode(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return 'cause' in error ? errorCode(error.cause) : '';
}
