/** An error with the ends of the services' logs, for whoever reads why a test failed. */
export function withLogs(error: unknown, logTails: string): Error {
  const told = error as Partial<Error>;
  const message = told.message ?? String(error);
  const full = `${message}\n\n${logTails}`;
  const explained = new Error(full, { cause: told.cause });
  // The place is that of the failure, not this one.
  explained.stack = told.stack?.replace(message, () => full) ?? full;
  return explained;
}
