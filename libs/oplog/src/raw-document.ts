import { bsonType, endOfName, endOfValue, terminatorOf } from './bson-layout.js';

// Reads and rebuilds documents by moving whole elements. Nothing is decoded: a decoded document loses the order
// of names like '1', names that come twice, and the deprecated types.

/** Where an element lies in its document: type byte, name, zero byte, value. */
export interface RawElement {
  readonly start: number;
  readonly value: number;
  readonly end: number;
}

/**
 * The first top-level element of that (ASCII) name, or null. What lies behind it is not looked at.
 *
 * @throws oplogErrors.malformedEntry when the document is broken before it.
 */
export function elementNamed(document: Buffer, name: string): RawElement | null {
  const terminator = terminatorOf(document);
  for (let start = 4; start < terminator;) {
    const nameEnd = endOfName(document, start + 1, terminator);
    const end = endOfValue(document, start, nameEnd + 1, terminator);
    if (isAscii(document, start + 1, nameEnd, name)) {
      return { start, value: nameEnd + 1, end };
    }
    start = end;
  }
  return null;
}

/**
 * Every top-level element, in order.
 *
 * @throws oplogErrors.malformedEntry when the document is broken.
 */
export function elementsOf(document: Buffer): RawElement[] {
  const terminator = terminatorOf(document);
  const elements: RawElement[] = [];
  for (let start = 4; start < terminator;) {
    const value = endOfName(document, start + 1, terminator) + 1;
    const end = endOfValue(document, start, value, terminator);
    elements.push({ start, value, end });
    start = end;
  }
  return elements;
}

export function nameOf(document: Buffer, element: RawElement): string {
  return document.toString('utf8', element.start + 1, element.value - 1);
}

/** The element as it stands, for `documentOf`. */
export function bytesOf(document: Buffer, element: RawElement): Buffer {
  return document.subarray(element.start, element.end);
}

/** A view of the value, when the element is of that type. */
export function containerOf(document: Buffer, element: RawElement, type: number): Buffer | null {
  return document[element.start] === type ? document.subarray(element.value, element.end) : null;
}

/** The document under that top-level name; null when there is none or it is no document. */
export function documentNamed(document: Buffer, name: string): Buffer | null {
  const element = elementNamed(document, name);
  return element === null ? null : containerOf(document, element, bsonType.document);
}

/** True when the element under that top-level name is exactly this (ASCII) string. */
export function holdsString(document: Buffer, name: string, text: string): boolean {
  const element = elementNamed(document, name);
  return (
    element !== null &&
    document[element.start] === bsonType.string &&
    isAscii(document, element.value + 4, element.end - 1, text)
  );
}

/** A document of whole elements. */
export function documentOf(elements: readonly Buffer[]): Buffer {
  const size = elements.reduce((sum, element) => sum + element.length, 5);
  const length = Buffer.alloc(4);
  length.writeInt32LE(size);
  return Buffer.concat([length, ...elements, Buffer.alloc(1)], size);
}

/** An array of documents, as a value. */
export function arrayOf(documents: readonly Buffer[]): Buffer {
  return documentOf(
    documents.flatMap((document, index) => [
      Buffer.from([bsonType.document]),
      Buffer.from(`${String(index)}\0`),
      document,
    ]),
  );
}

/** The document with another value of the same type in that place. */
export function withValue(document: Buffer, element: RawElement, value: Buffer): Buffer {
  return documentOf([
    document.subarray(4, element.value),
    value,
    document.subarray(element.end, document.length - 1),
  ]);
}

function isAscii(document: Buffer, from: number, to: number, text: string): boolean {
  if (to - from !== text.length) {
    return false;
  }
  for (let index = 0; index < text.length; index += 1) {
    if (document[from + index] !== text.charCodeAt(index)) {
      return false;
    }
  }
  return true;
}
