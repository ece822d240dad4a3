import { oplogErrors } from './oplog-errors.js';

/** The element types that this library reads the value of. */
export const bsonType = {
  string: 0x02,
  document: 0x03,
  array: 0x04,
  int32: 0x10,
  timestamp: 0x11,
  int64: 0x12,
} as const;

/** Length, no element, terminator. */
export const smallestDocument = 5;

/**
 * Offset of the zero byte that ends `document`. The elements lie in [4, that offset).
 *
 * @throws oplogErrors.malformedEntry unless `document` is as long as it says and ends in a zero byte.
 */
export function terminatorOf(document: Buffer): number {
  const size = document.length;
  if (size < smallestDocument || document.readInt32LE(0) !== size || document[size - 1] !== 0) {
    throw malformed('a document is not as long as it says', document, 0);
  }
  return size - 1;
}

/**
 * Offset of the zero byte that ends the C string beginning at `at`.
 *
 * @throws oplogErrors.malformedEntry when there is none before `limit`.
 */
export function endOfName(document: Buffer, at: number, limit: number): number {
  let end = at;
  while (end < limit && document[end] !== 0) {
    end += 1;
  }
  if (end >= limit) {
    throw malformed('a name has no end', document, at);
  }
  return end;
}

/**
 * Offset behind the value at `at` of the element that begins at `element` (with its type byte).
 * Every type of BSON 1.1 is known, the deprecated ones too: old documents still hold them.
 *
 * @throws oplogErrors.malformedEntry when the value passes `limit`, contradicts itself or has no known type.
 */
export function endOfValue(document: Buffer, element: number, at: number, limit: number): number {
  const end = at + sizeOfValue(document, element, at, limit);
  if (end > limit) {
    throw malformed('a value is longer than its document', document, at);
  }
  return end;
}

function sizeOfValue(document: Buffer, element: number, at: number, limit: number): number {
  switch (document[element]) {
    case 0x06: // undefined
    case 0x0a: // null
    case 0x7f: // MaxKey
    case 0xff: // MinKey
      return 0;
    case 0x08: // boolean
      return 1;
    case 0x10: // int32
      return 4;
    case 0x01: // double
    case 0x09: // date
    case 0x11: // timestamp
    case 0x12: // int64
      return 8;
    case 0x07: // ObjectId
      return 12;
    case 0x13: // decimal128
      return 16;
    case 0x02: // string
    case 0x0d: // code
    case 0x0e: // symbol
      return sizeOfString(document, at, limit);
    case 0x0c: // DBPointer: string and ObjectId
      return sizeOfString(document, at, limit) + 12;
    case 0x03: // document
    case 0x04: // array
      return sizeOfContainer(document, at, limit, smallestDocument);
    case 0x0f: // code with scope: total length, string, document
      return sizeOfContainer(document, at, limit, 14);
    case 0x05: // binary: length, subtype, bytes
      return 5 + lengthAt(document, at, limit, 0);
    case 0x0b: // regular expression: two C strings
      return endOfName(document, endOfName(document, at, limit) + 1, limit) + 1 - at;
    default:
      throw malformed('an element has an unknown type', document, element);
  }
}

function sizeOfString(document: Buffer, at: number, limit: number): number {
  return 4 + terminated(document, at + 4, lengthAt(document, at, limit, 1));
}

function sizeOfContainer(document: Buffer, at: number, limit: number, smallest: number): number {
  return terminated(document, at, lengthAt(document, at, limit, smallest));
}

/** `size`, after a check that the last of the `size` bytes from `from` is a zero byte of this document. */
function terminated(document: Buffer, from: number, size: number): number {
  if (document[from + size - 1] !== 0) {
    throw malformed('a value does not end where it says', document, from);
  }
  return size;
}

function lengthAt(document: Buffer, at: number, limit: number, smallest: number): number {
  const length = at + 4 > limit ? -1 : document.readInt32LE(at);
  if (length < smallest) {
    throw malformed('a value has an impossible length', document, at);
  }
  return length;
}

/** Names the place, never the contents. */
export function malformed(what: string, document: Buffer, offset: number): Error {
  return oplogErrors.malformedEntry(`Not a whole oplog entry: ${what}.`, {
    details: { offset, length: document.length },
  });
}
