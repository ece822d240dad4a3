import { isHeadwaterError, messageOf } from '@headwater/errors';

const deepest = 5;

/**
 * An error as it is logged. One that an operator can act upon (10000–89999) goes without a stack: its message and
 * its solution say what happened. Everything else is a bug, or comes from a library, and keeps its stack.
 */
export function describeError(error: unknown, depth = 0): Record<string, unknown> {
  const cause = causeOf(error);
  const described = {
    message: messageOf(error),
    ...(isHeadwaterError(error)
      ? { code: error.code, solution: error.solution, retryable: error.retryable, details: error.details }
      : { type: nameOf(error), ...codeOf(error) }),
    ...(isActionable(error) ? {} : stackOf(error)),
  };
  if (cause === undefined || depth >= deepest) return described;
  return { ...described, cause: describeError(cause, depth + 1) };
}

/** A HeadwaterError that is not a bug. */
export function isActionable(error: unknown): boolean {
  return isHeadwaterError(error) && !/-9\d{4}$/.test(error.code);
}

function property(error: unknown, name: string): unknown {
  return typeof error === 'object' && error !== null ? (error as Record<string, unknown>)[name] : undefined;
}

function nameOf(error: unknown): string {
  const name = property(error, 'name');
  return typeof name === 'string' ? name : typeof error;
}

function codeOf(error: unknown): { code?: unknown } {
  const code = property(error, 'code');
  return code === undefined ? {} : { code };
}

function stackOf(error: unknown): { stack?: unknown } {
  const stack = property(error, 'stack');
  return stack === undefined ? {} : { stack };
}

function causeOf(error: unknown): unknown {
  return property(error, 'cause');
}
