// The driver offers no public way to send documents that are already BSON. This class of its internals does; the
// driver's version is pinned, and raw-insert.int.spec.ts compares the bytes that arrive.
// @ts-expect-error -- the driver ships no types for its internals
import { DocumentSequence } from 'mongodb/lib/cmap/commands.js';

interface Sequence {
  push(document: object, bytes: Uint8Array): number;
}

const SequenceOfDriver = DocumentSequence as new (field: string) => Sequence;

/** The value of a command's array field that goes over the wire as these bytes. */
export function documentSequence(field: string, documents: readonly Uint8Array[]): object {
  const sequence = new SequenceOfDriver(field);
  for (const bytes of documents) {
    sequence.push({}, bytes);
  }
  return sequence;
}
