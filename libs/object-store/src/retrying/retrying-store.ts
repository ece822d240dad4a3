import type { Clock } from '@headwater/clock';
import { storeErrors } from '@headwater/object-store';
import type { ListOptions, ObjectInfo, ObjectStore, StoreTraits } from '@headwater/object-store';
import { Patience } from './patience.js';
import type { StoreRetry } from './patience.js';

export interface RetryingStoreOptions {
  readonly clock: Clock;
  /** No try begins later than so many milliseconds after the operation did; 20,000 by default. */
  readonly deadlineMillis?: number;
  /** A try that takes longer than so many milliseconds counts as failed; 120,000 by default. */
  readonly tryMillis?: number;
  /** Told before each try that is not the first. */
  readonly onRetry?: (retry: StoreRetry) => void;
}

/**
 * A store whose operations are tried again while they fail with a retryable error, after 0.1 s, doubling to 5 s, with
 * jitter, up to a deadline. Then the last error is thrown.
 *
 * A try that failed may have had its effect. What that means is thought through for each operation.
 */
export class RetryingStore implements ObjectStore {
  readonly traits: StoreTraits;
  private readonly store: ObjectStore;
  private readonly patience: Patience;
  private readonly ending = new AbortController();

  constructor(store: ObjectStore, options: RetryingStoreOptions) {
    this.traits = store.traits;
    this.store = store;
    this.patience = patienceOf(options, this.ending.signal);
  }

  /**
   * Where an earlier try failed and the object is there now, it may be ours: the same bytes mean `created`. Of two
   * writers of the same bytes both may be told so.
   */
  create(key: string, body: Uint8Array): Promise<'created' | 'exists'> {
    return this.patience.run('create', key, async (failed) => {
      const answer = await this.store.create(key, body);
      if (answer === 'created' || failed === 0) return answer;
      return (await this.isThere(key, body)) ? 'created' : 'exists';
    });
  }

  read(key: string): Promise<Buffer> {
    return this.patience.run('read', key, () => this.store.read(key));
  }

  readRange(key: string, offset: number, length: number): Promise<Buffer> {
    return this.patience.run('readRange', key, () => this.store.readRange(key, offset, length));
  }

  stat(key: string): Promise<ObjectInfo | null> {
    return this.patience.run('stat', key, () => this.store.stat(key));
  }

  /**
   * A listing that fails goes on after the last key that it gave. The deadline is that of each step. Only the try that
   * was waited for keeps its iterator: one that was given up may still take a key that nobody would see.
   */
  async *list(prefix: string, options: ListOptions = {}): AsyncGenerator<ObjectInfo> {
    let { startAfter } = options;
    let kept: AsyncIterator<ObjectInfo> | null = null;
    let asked: AsyncIterator<ObjectInfo> | null = null;
    const giveUp = () => {
      // Nobody waits for it: it ends behind the call that hangs, if that ever does.
      if (asked !== kept) asked?.return?.().catch(() => undefined);
    };
    const step = () =>
      this.patience.run('list', prefix, async () => {
        giveUp();
        const current =
          kept ??
          this.store.list(prefix, startAfter === undefined ? {} : { startAfter })[Symbol.asyncIterator]();
        asked = current;
        kept = null;
        return [current, await current.next()] as const;
      });
    try {
      for (;;) {
        const [current, next] = await step();
        kept = current;
        if (next.done === true) return;
        startAfter = next.value.key;
        yield next.value;
      }
    } finally {
      giveUp();
      await kept?.return?.();
    }
  }

  /** Whatever stands under the key at a later try goes as well: nobody creates a key anew while it is removed. */
  remove(key: string): Promise<void> {
    return this.patience.run('remove', key, () => this.store.remove(key));
  }

  /** What waits for its next try fails at once. */
  async close(): Promise<void> {
    this.ending.abort(storeErrors.unavailable('the store was closed'));
    await this.store.close();
  }

  /** @throws storeErrors.unavailable when the object was removed meanwhile: it is created again. */
  private async isThere(key: string, body: Uint8Array): Promise<boolean> {
    const info = await this.store.stat(key);
    if (info === null) throw storeErrors.unavailable(`${key} was removed while it was created`);
    return info.size === body.length && (await this.store.read(key)).equals(body);
  }
}

/**
 * Does what comes before a store is there with the patience of its operations.
 *
 * @param options with a signal that ends every wait at once
 */
export function retried<T>(
  operation: string,
  subject: string,
  options: RetryingStoreOptions & { readonly signal?: AbortSignal },
  attempt: () => Promise<T>,
): Promise<T> {
  const { signal = new AbortController().signal } = options;
  return patienceOf(options, signal).run(operation, subject, attempt);
}

function patienceOf(options: RetryingStoreOptions, signal: AbortSignal): Patience {
  const { clock, deadlineMillis = 20_000, tryMillis = 120_000 } = options;
  return new Patience({
    ...{ clock, deadlineMillis, tryMillis, signal },
    onRetry: (retry) => options.onRetry?.(retry),
  });
}
