import { isOneOf } from '@headwater/errors';
import { storeErrors, type ObjectStore } from '@headwater/object-store';
import { repositoryErrors } from '../repository-errors.js';

/** @throws repositoryErrors.missingObject naming the key. */
export async function readObject(store: ObjectStore, key: string): Promise<Buffer> {
  return inTermsOfTheRepository(key, store.read(key));
}

/** @throws repositoryErrors.missingObject, repositoryErrors.damagedObject when it is too short; both name the key. */
export async function readObjectRange(
  store: ObjectStore,
  key: string,
  offset: number,
  length: number,
): Promise<Buffer> {
  return inTermsOfTheRepository(key, store.readRange(key, offset, length));
}

export async function readObjectIfThere(store: ObjectStore, key: string): Promise<Buffer | null> {
  try {
    return await store.read(key);
  } catch (error) {
    if (isOneOf(error, [storeErrors.objectMissing])) {
      return null;
    }
    throw error;
  }
}

/** Names the object and what is wrong with it. */
export function damaged(key: string, what: string, cause?: unknown): Error {
  return repositoryErrors.damagedObject(`${key} is damaged: ${what}`, { cause, details: { key, what } });
}

async function inTermsOfTheRepository<T>(key: string, reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    if (isOneOf(error, [storeErrors.objectMissing])) {
      throw repositoryErrors.missingObject(`${key} is missing from the store`, {
        cause: error,
        details: { key },
      });
    }
    if (isOneOf(error, [storeErrors.rangeOutside])) {
      throw damaged(key, 'it is too short', error);
    }
    throw error;
  }
}
