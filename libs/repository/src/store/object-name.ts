import { repositoryErrors } from '../repository-errors.js';

const longestName = 100;

/**
 * A name as a segment of a key: what is outside of [A-Za-z0-9._-] is percent-encoded, and so are the names that would
 * mean something else there: `.` and `..`, and those in `taken`.
 *
 * @throws repositoryErrors.invalidName unless the name has 1 to 100 characters.
 */
export function encodeName(name: string, taken: readonly string[] = []): string {
  if (name.length === 0 || name.length > longestName || !name.isWellFormed()) {
    throw repositoryErrors.invalidName(
      `not a name of 1 to ${longestName} characters: ${JSON.stringify(name)}`,
    );
  }
  const encoded = encodeURIComponent(name).replaceAll(/[!'()*~]/g, percentEncoded);
  const special = encoded === '.' || encoded === '..' || taken.includes(encoded);
  return special ? encoded.replace(/^./, percentEncoded) : encoded;
}

/** The inverse of `encodeName`; null for a segment that it never returns. */
export function decodeName(segment: string): string | null {
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
}

function percentEncoded(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
