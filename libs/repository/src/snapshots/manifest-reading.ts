import { repositoryErrors } from '../repository-errors.js';
import { openDocument, validated } from '../store/document.js';
import { damaged } from '../store/object-reading.js';
import { logManifestFormat, logManifestSchema, type LogManifest } from './log-manifest.js';
import { manifestSchema, type Manifest } from './manifest.js';

/** A manifest of any kind there is. */
export type AnyManifest = Manifest | LogManifest;

/**
 * @throws repositoryErrors.unknownFormat for a kind of snapshot, or a format, that a newer version writes; damagedObject naming
 * the key, and the field where one is wrong
 */
export function decodeManifest(key: string, bytes: Buffer): AnyManifest {
  const fields = openDocument(key, bytes, logManifestFormat);
  const { kind } = fields;
  switch (kind) {
    case 'block':
      return validated(key, fields, manifestSchema);
    case 'log':
      return validated(key, fields, logManifestSchema);
    default:
      if (typeof kind !== 'string') {
        throw damaged(key, 'field kind: not a kind of snapshot');
      }
      throw repositoryErrors.unknownFormat(
        `${key} is a snapshot of kind ${kind}; this version reads block and log`,
        { details: { key, kind } },
      );
  }
}
