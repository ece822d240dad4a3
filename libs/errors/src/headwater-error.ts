export interface HeadwaterErrorOptions {
  /** Area and number, `STORE-10001`. 10000–89999: the operator can act. 90000 and above: a bug of ours. */
  readonly code: string;
  /** One sentence that says what to do. */
  readonly solution: string;
  /** True when the same call may succeed later without anybody acting. */
  readonly retryable: boolean;
  readonly cause?: unknown;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** The one error class of Headwater. Made by `defineErrors` only, so that every code is in the catalogue. */
export class HeadwaterError extends Error {
  override readonly name = 'HeadwaterError';
  readonly code: string;
  readonly solution: string;
  readonly retryable: boolean;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(message: string, options: HeadwaterErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = options.code;
    this.solution = options.solution;
    this.retryable = options.retryable;
    this.details = options.details ?? {};
  }
}

/** By shape, not by `instanceof`: an error that crossed a realm or a second copy of this package is still ours. */
export function isHeadwaterError(error: unknown): error is HeadwaterError {
  return (
    typeof error === 'object' &&
    error !== null &&
    'name' in error &&
    error.name === 'HeadwaterError' &&
    'code' in error
  );
}

/** Whether `error` is one of ours and the same call may succeed later without anybody acting. */
export function isRetryable(error: unknown): error is HeadwaterError {
  return isHeadwaterError(error) && error.retryable;
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'message' in error) {
    return String(error.message);
  }
  return String(error);
}
