interface Closing {
  readonly name: string;
  close(): Promise<void> | void;
}

/** What has to be ended again, in the reverse order of its beginning, however the run goes. */
export class Closings {
  private readonly open: Closing[] = [];

  /** To be called before, not after, what it closes has begun: an interruption may come in between. */
  add(name: string, close: () => Promise<void> | void): void {
    this.open.push({ name, close });
  }

  /** Nothing has begun, or all of it has ended. */
  get none(): boolean {
    return this.open.length === 0;
  }

  /**
   * Closes everything, whatever fails. Returns what failed; empty the second time.
   *
   * @param onClosing told what is being closed
   */
  async closeAll(
    onClosing: (name: string) => void = () => undefined,
  ): Promise<readonly { readonly name: string; readonly error: unknown }[]> {
    const failures: { name: string; error: unknown }[] = [];
    for (let next = this.open.pop(); next !== undefined; next = this.open.pop()) {
      onClosing(next.name);
      try {
        await next.close();
      } catch (error) {
        failures.push({ name: next.name, error });
      }
    }
    return failures;
  }

  /**
   * Begins something that cannot be interrupted, and waits for it no longer than `signal` lets us. Where it has
   * begun, however late, `close` ends it with the rest.
   */
  async begin<T>(
    name: string,
    beginning: () => Promise<T>,
    { close, signal }: { readonly close: (begun: T) => Promise<void>; readonly signal: AbortSignal },
  ): Promise<T> {
    signal.throwIfAborted();
    const begun = beginning();
    this.add(name, async () => {
      const outcome = await begun.then(
        (value) => ({ value }),
        () => null,
      );
      if (outcome !== null) await close(outcome.value);
    });
    return unlessAborted(begun, signal);
  }
}

/** The promise, or a rejection with the signal's reason as soon as it is aborted. */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => {
    aborted.reject(signal.reason as Error);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
