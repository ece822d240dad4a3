import { assertKey, compareKeys, storeErrors } from '@headwater/object-store';
import type { ObjectInfo } from '@headwater/object-store';
import { failureOf } from './failure.js';
import type { Connection } from './connection.js';
import { elementsOf, neededText, rootElement, textOf } from './xml.js';
import type { XmlElement } from './xml.js';

export interface Page {
  readonly objects: readonly ObjectInfo[];
  /** Where the next page begins; null behind the last one. */
  readonly next: string | null;
}

export interface PageRequest {
  /** Of names, with the store's own. */
  readonly prefix: string;
  readonly startAfter: string;
  /** Of the page before; '' for the first one. */
  readonly token: string;
  /** At most; the server's most, 1,000, unless told otherwise. */
  readonly limit?: number;
  readonly signal: AbortSignal;
}

/** One page of names, as the server orders them. */
export async function listPage(connection: Connection, request: PageRequest): Promise<Page> {
  const { prefix, startAfter, token, limit, signal } = request;
  const query = {
    'list-type': '2',
    prefix,
    ...(token !== '' && { 'continuation-token': token }),
    ...(token === '' && startAfter !== '' && { 'start-after': startAfter }),
    ...(limit !== undefined && { 'max-keys': String(limit) }),
  };
  const answer = await connection.send({ method: 'GET', query, signal });
  const root = rootElement(answer.body, 'ListBucketResult');
  if (answer.status !== 200 || root === null)
    throw failureOf(`list ${prefix === '' ? 'the bucket' : prefix}`, answer);
  const isTruncated = textOf(root, 'IsTruncated') === 'true';
  return {
    objects: elementsOf(root, 'Contents').map(infoOf),
    next: isTruncated ? neededText(root, 'NextContinuationToken') : null,
  };
}

/** Holds a listing to its order: what a store lists out of it, somebody would take for missing. */
export class ListingOrder {
  private last: string | null = null;

  /** @throws storeErrors.unsuited */
  check(key: string): void {
    if (this.last !== null && compareKeys(this.last, key) !== -1) {
      const message = `the store lists ${key} behind ${this.last}: not in the order of their bytes`;
      throw storeErrors.unsuited(message, { details: { key, last: this.last } });
    }
    this.last = key;
  }
}

/** What Headwater did not put there may have a name that no key has. */
export function isKey(name: string): boolean {
  try {
    assertKey(name);
    return true;
  } catch {
    return false;
  }
}

function infoOf(element: XmlElement): ObjectInfo {
  const size = Number(neededText(element, 'Size'));
  return { key: neededText(element, 'Key'), size, createdAt: new Date(neededText(element, 'LastModified')) };
}
