interface Closing {
  readonly name: string;
  close(): Promise<void> | void;
  kill?(): void;
}

/** What has to be ended again, in the reverse order of its beginning, however the run goes. */
export class Closings {
  private readonly open: Closing[] = [];
  private closing: Closing | null = null;

  /**
   * To be called before, not after, what it closes has begun: an interruption may come in between.
   *
   * @param hurried `kill` makes an end of it without any order, so that `close` has nothing to wait for
   */
  add(name: string, close: () => Promise<void> | void, hurried: { readonly kill?: () => void } = {}): void {
    this.open.push({ name, close, ...hurried });
  }

  /** Nothing has begun, or all of it has ended. */
  get none(): boolean {
    return this.open.length === 0;
  }

  /** Ends everything that can be without any order and at once. It still has to be closed. */
  killAll(): void {
    for (const closing of [...this.open, this.closing]) closing?.kill?.();
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
      this.closing = next;
      onClosing(next.name);
      try {
        await next.close();
      } catch (error) {
        failures.push({ name: next.name, error });
      }
    }
    this.closing = null;
    return failures;
  }

  /**
   * Begins something that cannot be interrupted, and waits for it no longer than `signal` lets us. Where it has
   * begun, however late, `close` ends it with the rest.
   */
  async begin<T>(
    name: string,
    beginning: () => Promise<T>,
    {
      close,
      kill,
      signal,
    }: {
      readonly close: (begun: T) => Promise<void>;
      readonly kill?: (begun: T) => void;
      readonly signal: AbortSignal;
    },
  ): Promise<T> {
    signal.throwIfAborted();
    let begunValue: { readonly value: T } | null = null;
    const begun = beginning().then((value) => {
      begunValue = { value };
      return value;
    });
    const closeIt = async (): Promise<void> => {
      const outcome = await begun.then(
        (value) => ({ value }),
        () => null,
      );
      if (outcome !== null) await close(outcome.value);
    };
    this.add(name, closeIt, {
      kill: () => {
        if (begunValue !== null) kill?.(begunValue.value);
      },
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
