/** Whether `error` is one of the file system's, with one of these codes (`ENOENT`, …). */
export function isFileSystemError(error: unknown, ...codes: readonly string[]): boolean {
  return (
    typeof error === 'object' &&
    error !== null &&
    'code' in error &&
    typeof error.code === 'string' &&
    codes.includes(error.code)
  );
}
