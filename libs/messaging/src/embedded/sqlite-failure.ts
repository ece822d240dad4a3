import { messageOf } from '@headwater/errors';
import type { HeadwaterError } from '@headwater/errors';
import { messagingErrors } from '@headwater/messaging';

/** SQLite's primary result codes, https://www.sqlite.org/rescode.html */
const sqlite = {
  permission: 3,
  busy: 5,
  locked: 6,
  readOnly: 8,
  inputOutput: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  notADatabase: 26,
} as const;

/** Another connection holds the lock that is needed, for now. */
export function isBusy(error: unknown): boolean {
  const code = resultCode(error);
  return code === sqlite.busy || code === sqlite.locked;
}

/** What an error of SQLite or of the file system means for whoever runs the bus in `file`. */
export function failureOf(error: unknown, file: string): HeadwaterError {
  const extra = { cause: error, details: { file } };
  const reason = messageOf(error);
  switch (resultCode(error)) {
    case sqlite.busy:
    case sqlite.locked:
      return messagingErrors.busy(`the bus file ${file} is locked by another process`, extra);
    case sqlite.permission:
    case sqlite.readOnly:
    case sqlite.cannotOpen:
      return messagingErrors.notWritable(
        `the bus file ${file} cannot be opened for writing: ${reason}`,
        extra,
      );
    case sqlite.inputOutput:
      return messagingErrors.inputOutput(`the bus file ${file} cannot be read or written: ${reason}`, extra);
    case sqlite.corrupt:
      return messagingErrors.damagedFile(`the bus file ${file} is damaged: ${reason}`, extra);
    case sqlite.full:
      return messagingErrors.diskFull(`no space is left for the bus file ${file}`, extra);
    case sqlite.notADatabase:
      return messagingErrors.foreignFile(`${file} is not a bus file: ${reason}`, extra);
    default:
      return otherFailure(error, file);
  }
}

function otherFailure(error: unknown, file: string): HeadwaterError {
  const extra = { cause: error, details: { file } };
  switch (textCode(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return messagingErrors.diskFull(`no space is left for the bus file ${file}`, extra);
    case 'EACCES':
    case 'EEXIST':
    case 'EISDIR':
    case 'ENOENT':
    case 'ENOTDIR':
    case 'EPERM':
    case 'EROFS':
      return messagingErrors.notWritable(
        `the bus file ${file} cannot be opened for writing: ${messageOf(error)}`,
        extra,
      );
    case 'ERR_INVALID_STATE':
      return messagingErrors.closed(`the bus file ${file} was closed`, extra);
    default:
      return messagingErrors.unexpected(`the bus file ${file} failed: ${messageOf(error)}`, extra);
  }
}

function resultCode(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('errcode' in error)) return undefined;
  return typeof error.errcode === 'number' ? error.errcode & 0xff : undefined;
}

function textCode(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
