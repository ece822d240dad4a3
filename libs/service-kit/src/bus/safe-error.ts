import { messageOf } from '@headwater/errors';
import { kitErrors } from '../kit-errors.js';

/** kafkajs takes these for its own bugs and stops a consumer for good when a handler throws one. */
const ofTheLanguage = new Set([
  'TypeError',
  'RangeError',
  'ReferenceError',
  'SyntaxError',
  'EvalError',
  'URIError',
]);

/** An error that no bus client mistakes for its own: those of the language, and what is no error at all, are wrapped. */
export function safeError(error: unknown): Error {
  if (isError(error) && !ofTheLanguage.has(error.name)) return error;
  return kitErrors.handlerFailed(`a handler failed: ${messageOf(error)}`, { cause: error });
}

/** By shape: an error of another realm is one too. */
function isError(error: unknown): error is Error {
  return typeof error === 'object' && error !== null && 'name' in error && 'message' in error;
}
