import { bsonType, malformed } from './bson-layout.js';
import {
  containerOf,
  documentNamed,
  elementNamed,
  elementsOf,
  holdsString,
  nameOf,
  withValue,
  type RawElement,
} from './raw-document.js';

/** An operation of kind 'c': DDL, a transaction, an applyOps. */
export interface Command {
  /** The first name in `o`, `createIndexes` for instance. */
  readonly name: string;
  /** `o` itself. */
  readonly body: Buffer;
  readonly elements: readonly RawElement[];
}

/** The server refuses deeper ones, so an entry that has them was not written by it. */
const deepestApplyOps = 10;

/** The command in an entry, or in an operation inside an applyOps; null for any other kind of operation. */
export function commandOf(operation: Buffer): Command | null {
  const body = holdsString(operation, 'op', 'c') ? documentNamed(operation, 'o') : null;
  if (body === null) {
    return null;
  }
  const elements = elementsOf(body);
  const [first] = elements;
  return first === undefined ? null : { name: nameOf(body, first), body, elements };
}

/**
 * The operations inside an applyOps (a transaction is one too); none for any other command.
 *
 * @param depth how many applyOps lie around this one
 * @throws oplogErrors.malformedEntry when they are no array of documents, or nested deeper than the server allows.
 */
export function innerOperations(command: Command, depth: number): Buffer[] {
  const [first] = command.elements;
  if (command.name !== 'applyOps' || first === undefined) {
    return [];
  }
  const array = containerOf(command.body, first, bsonType.array);
  if (array === null || depth >= deepestApplyOps) {
    throw malformed('its applyOps is no array, or nested too deeply', command.body, first.start);
  }
  return elementsOf(array).map((element) => {
    const operation = containerOf(array, element, bsonType.document);
    if (operation === null) {
      throw malformed('its applyOps holds something else than operations', array, element.start);
    }
    return operation;
  });
}

/** The same operation with another `o`. */
export function withBody(operation: Buffer, body: Buffer): Buffer {
  const element = elementNamed(operation, 'o');
  return element === null ? operation : withValue(operation, element, body);
}
