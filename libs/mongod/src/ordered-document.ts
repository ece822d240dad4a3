import { deserialize, onDemand } from 'bson';

/** A document whose names keep their order, also those that look like numbers; the driver sends it as it is. */
export type OrderedDocument = Map<string, unknown>;

const exact = { promoteValues: false, promoteBuffers: false, bsonRegExp: true } as const;
const typeOfDocument = 3;
const typeOfArray = 4;
const typeOfTimestamp = 0x11;
const emptyTimestamp = Buffer.alloc(8);

/**
 * Decodes a document without loss of order or of number types. A plain JavaScript object would put names like `1`
 * first, and an index key or a stored document would not be the same any more.
 */
export function orderedDocument(bytes: Uint8Array): OrderedDocument {
  const document: OrderedDocument = new Map();
  for (const element of onDemand.parseToElements(bytes)) {
    document.set(nameOf(bytes, element), valueOf(bytes, element));
  }
  return document;
}

/** True when a value at the top level is Timestamp(0,0), which an insert would replace by the current time. */
export function hasEmptyTimestamp(bytes: Buffer): boolean {
  // Cheap, and true of few documents.
  if (!bytes.includes(emptyTimestamp)) return false;
  for (const [type, , , offset] of onDemand.parseToElements(bytes)) {
    if (type === typeOfTimestamp && bytes.readBigUInt64LE(offset) === 0n) return true;
  }
  return false;
}

/** Type, offset and length of the name, offset and length of the value. */
type Element = readonly [
  type: number,
  nameOffset: number,
  nameLength: number,
  offset: number,
  length: number,
];

function nameOf(bytes: Uint8Array, [, offset, length]: Element): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + offset, length).toString('utf8');
}

function valueOf(bytes: Uint8Array, [type, , , offset, length]: Element): unknown {
  const value = bytes.subarray(offset, offset + length);
  switch (type) {
    case typeOfDocument:
      return orderedDocument(value);
    case typeOfArray:
      return [...orderedDocument(value).values()];
    default:
      return deserialize(alone(type, value), exact)['v'];
  }
}

/** A document with that value only. */
function alone(type: number, value: Uint8Array): Buffer {
  const document = Buffer.alloc(4 + 3 + value.length + 1);
  document.writeInt32LE(document.length);
  document[4] = type;
  document.write('v', 5);
  document.set(value, 7);
  return document;
}
