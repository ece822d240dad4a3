import { bsonType, endOfName, endOfValue, malformed, smallestDocument, terminatorOf } from './bson-layout.js';
import type { Position } from './position.js';

/** One oplog entry as the server wrote it. */
export interface RawEntry {
  /** A view into the buffer that it was read from, not a copy. */
  readonly bytes: Buffer;
  readonly position: Position;
}

const zero = 0x00;
const letterS = 0x73;
const letterT = 0x74;

/**
 * The position of an entry: its top-level `ts` and `t`, wherever they are, found without decoding anything.
 * The term is -1 where `t` is absent. Where a name comes twice the first one counts, as in the server.
 *
 * @throws oplogErrors.malformedEntry unless `bytes` is exactly one well-formed document with a timestamp `ts`.
 */
export function readPosition(bytes: Buffer): Position {
  const terminator = terminatorOf(bytes);
  let tsAt = -1;
  let termElement = -1;
  for (let element = 4; element < terminator;) {
    const name = element + 1;
    const value = endOfName(bytes, name, terminator) + 1;
    if (bytes[name] === letterT) {
      if (bytes[name + 1] === zero && termElement < 0) {
        termElement = element;
      } else if (bytes[name + 1] === letterS && bytes[name + 2] === zero && tsAt < 0) {
        if (bytes[element] !== bsonType.timestamp) {
          throw malformed('ts is not a timestamp', bytes, element);
        }
        tsAt = value;
      }
    }
    element = endOfValue(bytes, element, value, terminator);
  }
  if (tsAt < 0) {
    throw malformed('it has no ts', bytes, 0);
  }
  // A BSON timestamp is a little-endian uint64: the ordinal in the lower half, the seconds in the upper.
  return {
    ts: { t: bytes.readUInt32LE(tsAt + 4), i: bytes.readUInt32LE(tsAt) },
    term: termElement < 0 ? -1 : termAt(bytes, termElement),
  };
}

/**
 * Concatenated BSON, cut into views of the same memory. Only the lengths are looked at.
 *
 * @throws oplogErrors.malformedEntry when the last document is cut short or a length is impossible.
 */
export function splitDocuments(buffer: Buffer): Buffer[] {
  const documents: Buffer[] = [];
  for (let at = 0; at < buffer.length;) {
    const length = at + smallestDocument > buffer.length ? -1 : buffer.readInt32LE(at);
    if (length < smallestDocument || at + length > buffer.length) {
      throw malformed('it is cut short, or its length is impossible', buffer, at);
    }
    documents.push(buffer.subarray(at, at + length));
    at += length;
  }
  return documents;
}

/**
 * Concatenated oplog entries, each with its position; the bytes are views.
 *
 * @throws oplogErrors.malformedEntry as `splitDocuments` and `readPosition` do.
 */
export function scanEntries(buffer: Buffer): RawEntry[] {
  return splitDocuments(buffer).map((bytes) => ({ bytes, position: readPosition(bytes) }));
}

/** The value of the element `t`, which the server writes as an int64. */
function termAt(bytes: Buffer, element: number): number {
  const value = element + 3;
  switch (bytes[element]) {
    case bsonType.int32:
      return checkedTerm(bytes, element, bytes.readInt32LE(value));
    case bsonType.int64:
      return checkedTerm(bytes, element, bytes.readInt32LE(value + 4) * 2 ** 32 + bytes.readUInt32LE(value));
    default:
      throw malformed('t is not a whole number', bytes, element);
  }
}

function checkedTerm(bytes: Buffer, element: number, term: number): number {
  if (term < -1 || !Number.isSafeInteger(term)) {
    throw malformed('t is not a term', bytes, element);
  }
  return term;
}
