import type { ObjectInfo, ObjectStore } from '@headwater/object-store';

export interface StoreUnderTest {
  readonly store: ObjectStore;
  /** A second client of the same store, as another process would open it. */
  readonly reopen: () => Promise<ObjectStore>;
  readonly dispose: () => Promise<void>;
}

/** Each call gives an empty store. */
export type MakeStore = () => Promise<StoreUnderTest>;

export async function keysOf(listing: AsyncIterable<ObjectInfo>): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of listing) {
    keys.push(key);
  }
  return keys;
}

export async function fill(store: ObjectStore, keys: readonly string[]): Promise<void> {
  const queue = keys.values();
  const worker = async () => {
    for (const key of queue) {
      await store.create(key, Buffer.from(key));
    }
  };
  await Promise.all(Array.from({ length: 16 }, worker));
}

/** What a promise is rejected with is the HeadwaterError of this code. */
export function withCode(code: string): Error {
  return expect.objectContaining({ name: 'HeadwaterError', code }) as Error;
}
