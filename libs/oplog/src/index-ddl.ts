import { serialize } from 'bson';
import { commandOf, innerOperations, withBody, type Command } from './command.js';
import { arrayOf, bytesOf, documentOf, elementsOf, nameOf, withValue } from './raw-document.js';

/** Every command of an oplog that builds, drops or changes indexes, besides collMod. */
const indexCommands: ReadonlySet<string> = new Set([
  'createIndexes',
  'startIndexBuild',
  'commitIndexBuild',
  'abortIndexBuild',
  'dropIndexes',
  'deleteIndexes',
]);

/** What the no-op keeps of the entry in whose place it stands. */
const kept: ReadonlySet<string> = new Set(['ts', 't', 'v', 'wall']);

const noOp = Buffer.from(serialize({ op: 'n', ns: '', o: { msg: 'index DDL of the copy window' } }));
const noOpElements = elementsOf(noOp).map((element) => bytesOf(noOp, element));

/** True when `quietEntry` would change the entry. */
export function isIndexDdl(bytes: Buffer): boolean {
  return quietEntry(bytes).changed;
}

/**
 * The entry without its index DDL, for the first replay after a copy: documents of mixed times may not fit an
 * index, and recovery then aborts (mongodb-facts 3, "No index DDL in the first replay").
 *
 * - An index command becomes a no-op with the same ts, t, v and wall.
 * - collMod loses `index`; when nothing else is left it becomes such a no-op.
 * - Inside an applyOps, a partial transaction too, such operations are left out; one without any stays, with [].
 *
 * Everything else keeps its bytes. An entry without index DDL is returned as the identical Buffer.
 *
 * @throws oplogErrors.malformedEntry for what cannot be read as an entry.
 */
export function quietEntry(bytes: Buffer): { bytes: Buffer; changed: boolean } {
  const quieted = quietOperation(bytes, 0);
  return quieted === bytes ? { bytes, changed: false } : { bytes: quieted ?? noOpAt(bytes), changed: true };
}

/** The identical Buffer when there is no index DDL in it; null when there is nothing else. */
function quietOperation(operation: Buffer, depth: number): Buffer | null {
  const command = commandOf(operation);
  if (command === null) {
    return operation;
  }
  if (indexCommands.has(command.name)) {
    return null;
  }
  switch (command.name) {
    case 'collMod':
      return quietCollMod(operation, command);
    case 'applyOps':
      return quietApplyOps(operation, command, depth);
    default:
      return operation;
  }
}

function quietCollMod(operation: Buffer, { body, elements }: Command): Buffer | null {
  const rest = elements.filter((element) => nameOf(body, element) !== 'index');
  if (rest.length === elements.length) {
    return operation;
  }
  const onlyTheName = rest.length === 1;
  return onlyTheName ? null : withBody(operation, documentOf(rest.map((element) => bytesOf(body, element))));
}

function quietApplyOps(operation: Buffer, command: Command, depth: number): Buffer {
  const before = innerOperations(command, depth);
  const after = before.map((inner) => quietOperation(inner, depth + 1));
  const [array] = command.elements;
  if (array === undefined || after.every((inner, index) => inner === before[index])) {
    return operation;
  }
  const left = after.filter((inner) => inner !== null);
  return withBody(operation, withValue(command.body, array, arrayOf(left)));
}

function noOpAt(entry: Buffer): Buffer {
  const place = elementsOf(entry).filter((element) => kept.has(nameOf(entry, element)));
  return documentOf([...noOpElements, ...place.map((element) => bytesOf(entry, element))]);
}
