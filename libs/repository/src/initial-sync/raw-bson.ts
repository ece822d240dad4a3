import { onDemand, serialize, type Document } from 'bson';

/** BSON put together and taken apart without decoding what lies inside: documents keep their bytes. */

const lengthBytes = 4;
const terminator = Buffer.alloc(1);
const typeDocument = 0x03;
const typeArray = 0x04;
const typeNull = 0x0a;

/** A document of the elements in `pieces`, in that order. */
export function documentOf(...pieces: readonly Buffer[]): Buffer {
  const length = Buffer.alloc(lengthBytes);
  const document = Buffer.concat([length, ...pieces, terminator]);
  document.writeInt32LE(document.length, 0);
  return document;
}

/** The elements of a document that the serializer makes. */
export function elementsOf(fields: Document): Buffer {
  return Buffer.from(serialize(fields)).subarray(lengthBytes, -terminator.length);
}

/** An element whose value is the document `raw`, or null. */
export function documentElement(name: string, raw: Buffer | null): Buffer {
  return raw === null ? element(typeNull, name, Buffer.alloc(0)) : element(typeDocument, name, raw);
}

/** An element whose value is the array of these documents. */
export function arrayElement(name: string, documents: readonly Buffer[]): Buffer {
  const items = documents.map((document, n) => documentElement(String(n), document));
  return element(typeArray, name, documentOf(...items));
}

/** The embedded documents and arrays of a document by their names, as views. */
export function rawContainers(document: Buffer): Map<string, Buffer> {
  const containers = new Map<string, Buffer>();
  for (const [type, nameOffset, nameLength, offset, length] of onDemand.parseToElements(document)) {
    if (type === typeDocument || type === typeArray) {
      const name = document.toString('utf8', nameOffset, nameOffset + nameLength);
      containers.set(name, document.subarray(offset, offset + length));
    }
  }
  return containers;
}

function element(type: number, name: string, value: Buffer): Buffer {
  return Buffer.concat([Buffer.from([type]), Buffer.from(`${name}\0`), value]);
}
