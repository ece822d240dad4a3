import { createHash } from 'node:crypto';
import { breaksOf } from './compatibility.js';

/** Texts of files by their names. */
export type Files = ReadonlyMap<string, string>;

/** `sha256sum -c` reads it: one line a file, by name. */
export function checksumsOf(files: Files): string {
  const lines = [...files].sort(([one], [other]) => (one < other ? -1 : 1));
  return lines.map(([name, text]) => `${hashOf(text)}  ${name}\n`).join('');
}

/**
 * What is wrong with the schemas in view of those that are released.
 *
 * @param checksums as `checksumsOf` made them at the last release: a held copy cannot be changed in passing
 * @param released the held copies
 * @returns one line a fault; empty when every promise is kept
 */
export function releaseFaults(checksums: string, released: Files, current: Files): string[] {
  const listed = checksums.split('\n').filter((line) => line !== '');
  return listed.flatMap((line) => {
    const [hash, name = ''] = line.split('  ');
    const held = released.get(name);
    const now = current.get(name);
    if (held === undefined || hashOf(held) !== hash)
      return [`${name}: the held copy is not as it was released`];
    if (now === undefined) return [`${name}: it is released, and is gone`];
    return breaksOf(JSON.parse(held), JSON.parse(now)).map((fault) => `${name}: ${fault}`);
  });
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
