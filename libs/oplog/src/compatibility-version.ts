import { commandOf, innerOperations } from './command.js';
import { documentNamed, holdsString } from './raw-document.js';

/**
 * True when the entry writes the feature compatibility version: any operation on that document of
 * admin.system.version, inside an applyOps or transaction too. A setFCV shows in the oplog as its updates.
 *
 * @throws oplogErrors.malformedEntry for what cannot be read as an entry.
 */
export function changesFcv(bytes: Buffer): boolean {
  return writesVersion(bytes, 0);
}

function writesVersion(operation: Buffer, depth: number): boolean {
  if (holdsString(operation, 'ns', 'admin.system.version')) {
    // An update has the document's _id in o2, an insert or a delete in o.
    const key = documentNamed(operation, 'o2') ?? documentNamed(operation, 'o');
    return key !== null && holdsString(key, '_id', 'featureCompatibilityVersion');
  }
  const command = commandOf(operation);
  return command !== null && innerOperations(command, depth).some((inner) => writesVersion(inner, depth + 1));
}
