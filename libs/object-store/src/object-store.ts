import type { StoreTraits } from './store-traits.js';

export interface ObjectInfo {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** By the store's own clock. */
  readonly createdAt: Date;
}

export interface ListOptions {
  /** Only keys above this string, which need not be a key. */
  readonly startAfter?: string;
}

/**
 * Immutable objects under keys. Safe for any number of writers and readers in any number of processes.
 *
 * Every method throws storeErrors.invalidKey for a key that is none, and storeErrors.unavailable (retryable) when the
 * store cannot be reached or refuses. A key must not be the folder of another one (`a` beside `a/b`): a store may answer
 * that with storeErrors.keyConflict.
 */
export interface ObjectStore {
  readonly traits: StoreTraits;
  /**
   * Create-only. Of any number of writers of one key exactly one is told `created`; the object of the others is
   * dropped, and the first one stays as it is. Resolves, with either answer, when the object is durable and whole:
   * nobody ever sees a part of one, whenever the writer is killed.
   */
  create(key: string, body: Uint8Array): Promise<'created' | 'exists'>;
  /** @throws storeErrors.objectMissing */
  read(key: string): Promise<Buffer>;
  /**
   * Exactly `length` bytes from byte `offset` on.
   *
   * @throws storeErrors.objectMissing; storeErrors.rangeOutside unless all of them are there.
   */
  readRange(key: string, offset: number, length: number): Promise<Buffer>;
  stat(key: string): Promise<ObjectInfo | null>;
  /**
   * Keys that begin with `prefix`, ascending by their UTF-8 bytes. What is there from the first answer to the last
   * one is listed exactly once; what is created or removed meanwhile may be listed or not.
   */
  list(prefix: string, options?: ListOptions): AsyncIterable<ObjectInfo>;
  /** Idempotent. Resolves when the removal is durable: what is removed after it cannot outlast it. */
  remove(key: string): Promise<void>;
  close(): Promise<void>;
}
