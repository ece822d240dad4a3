import { isHeadwaterError, messageOf, type HeadwaterError } from '@headwater/errors';
import { MongoError, MongoNetworkError, MongoServerError, MongoServerSelectionError } from 'mongodb';
import { mongodbErrors } from '../mongodb-errors.js';

const unauthorized = 13;
const authenticationFailed = new Set([18, 11, 8000]);
/**
 * Server codes after which the same command may succeed without anybody acting: host and network (6, 7, 89, 9001),
 * elections and shutdown (91, 189, 10107, 11600, 11602, 13435, 13436), ended operations and cursors (43, 50, 136,
 * 175, 237, 262, 11601), read concern not ready (134, 239, 246), exceeded memory and locks (24, 46).
 */
const passing = new Set([
  6, 7, 24, 43, 46, 50, 89, 91, 134, 136, 175, 189, 237, 239, 246, 262, 9001, 10107, 11600, 11601, 11602,
  13435, 13436,
]);

/** Turns whatever the driver threw while `doing` into a Headwater error. Never contains a URI. */
export function failureOf(error: unknown, doing: string): HeadwaterError {
  if (isHeadwaterError(error)) {
    return error;
  }
  if (error instanceof MongoServerError) {
    return serverFailure(error, doing);
  }
  const message = `${doing}: ${messageOf(error)}`;
  if (isSilence(error)) {
    return mongodbErrors.unreachable(message, { cause: error });
  }
  return mongodbErrors.commandFailed(message, { cause: error });
}

/** The server's error code that a Headwater error of this lib was made from; null when there is none. */
export function serverCodeOf(error: unknown): number | null {
  const code = isHeadwaterError(error) ? error.details['serverCode'] : undefined;
  return typeof code === 'number' ? code : null;
}

function serverFailure(error: MongoServerError, doing: string): HeadwaterError {
  const serverCode = Number(error.code ?? 0);
  const extra = { cause: error, details: { serverCode, codeName: error.codeName ?? '' } };
  const message = `${doing}: ${error.message} (${String(serverCode)} ${extra.details.codeName})`;
  if (authenticationFailed.has(serverCode)) {
    return mongodbErrors.authenticationFailed(message, extra);
  }
  if (serverCode === unauthorized) {
    // The server's own message quotes the whole command.
    return mongodbErrors.notAuthorized(`${doing}: the user may not do that`, extra);
  }
  return passing.has(serverCode)
    ? mongodbErrors.interrupted(message, extra)
    : mongodbErrors.commandFailed(message, extra);
}

/** No answer: a network error, a pool that was cleared because of one, or a deadline of ours. */
function isSilence(error: unknown): boolean {
  if (error instanceof MongoNetworkError || error instanceof MongoServerSelectionError) {
    return true;
  }
  if (error instanceof MongoError) {
    return /Pool|Timeout|Topology|Socket|NotConnected/.test(error.name);
  }
  return error instanceof DOMException && (error.name === 'TimeoutError' || error.name === 'AbortError');
}
