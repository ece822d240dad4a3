import { storeErrors } from './store-errors.js';

const maxKeyBytes = 512;
const segmentForm = /^[A-Za-z0-9._%=@+~-]+$/;

/** @throws storeErrors.invalidKey unless `key` is 1–512 bytes of segments joined by '/', none of them `.` or `..`. */
export function assertKey(key: string): void {
  if (key.length > maxKeyBytes || !key.split('/').every(isKeySegment)) {
    throw storeErrors.invalidKey(`not a key: ${JSON.stringify(key.slice(0, maxKeyBytes))}`);
  }
}

/** @throws storeErrors.invalidKey unless some key begins with `prefix`. The empty one is the prefix of all. */
export function assertPrefix(prefix: string): void {
  const folders = prefix.split('/');
  const last = folders.pop() ?? '';
  if (
    prefix.length > maxKeyBytes ||
    !folders.every(isKeySegment) ||
    (last !== '' && !segmentForm.test(last))
  ) {
    throw storeErrors.invalidKey(`no key begins with ${JSON.stringify(prefix.slice(0, maxKeyBytes))}`);
  }
}

export function isKeySegment(name: string): boolean {
  return segmentForm.test(name) && name !== '.' && name !== '..';
}

/** The order of a listing. Keys are ASCII: the order of their code units is the order of their bytes. */
export function compareKeys(a: string, b: string): -1 | 0 | 1 {
  if (a === b) {
    return 0;
  }
  return a < b ? -1 : 1;
}
