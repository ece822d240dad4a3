import type { ObjectStore } from '@headwater/object-store';
import { repositoryErrors } from '../repository-errors.js';

export interface WrittenObject {
  readonly outcome: 'created' | 'exists';
  /** Bytes of the object that is there now: one that was there before may have been compressed by another version of zstd. */
  readonly size: number;
}

/** Create-only. */
export async function createObject(
  store: ObjectStore,
  key: string,
  body: Uint8Array,
): Promise<WrittenObject> {
  const outcome = await store.create(key, body);
  if (outcome === 'created') {
    return { outcome, size: body.length };
  }
  const there = await store.stat(key);
  if (there === null) {
    throw repositoryErrors.missingObject(`${key} was removed while it was written`, { details: { key } });
  }
  return { outcome, size: there.size };
}
