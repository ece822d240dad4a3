/** Tells those who wait that something is different now. Nobody misses a change between looking and waiting. */
export class Change {
  private count = 0;
  private next = Promise.withResolvers<undefined>();

  /** To be read before looking. */
  get seen(): number {
    return this.count;
  }

  announce(): void {
    this.count += 1;
    this.next.resolve(undefined);
    this.next = Promise.withResolvers();
  }

  /** Resolves when something was announced after `seen`; rejects with the signal's reason. */
  async since(seen: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.count === seen) {
      await untilAborted(this.next.promise, signal);
    }
  }
}

/** Waits for it, but not beyond the signal: then rejects with its reason. */
export async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const abort = () => {
    aborted.reject(signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason)));
  };
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
