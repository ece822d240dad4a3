import { storeErrors } from '@headwater/object-store';
import { asStoreError } from './failure.js';

/** What is under way: each operation with a deadline over all its requests, and all of them ended by `close`. */
export class Operations {
  private readonly running = new Set<AbortController>();
  private closed: Error | null = null;

  /** @throws whatever `work` does, as a store error; storeErrors.unavailable when it takes longer. */
  async run<T>(what: string, millis: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (this.closed !== null) throw this.closed;
    const operation = new AbortController();
    const { signal } = operation;
    const deadline = setTimeout(() => {
      operation.abort(storeErrors.unavailable(`cannot ${what}: there was no answer within ${millis} ms`));
    }, millis);
    this.running.add(operation);
    try {
      return await work(signal);
    } catch (error) {
      throw signal.aborted ? signal.reason : asStoreError(what, error);
    } finally {
      clearTimeout(deadline);
      this.running.delete(operation);
    }
  }

  close(): void {
    this.closed = storeErrors.unavailable('the store was closed');
    for (const operation of this.running) operation.abort(this.closed);
  }
}
