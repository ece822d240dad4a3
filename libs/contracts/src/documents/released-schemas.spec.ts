import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { checksumsOf, releaseFaults } from './released-schemas.js';

const home = join(__dirname, '../..');

function filesOf(folder: string): Map<string, string> {
  const paths = globSync(`${folder}/*.json`, { cwd: home });
  return new Map(paths.map((path) => [basename(path), readFileSync(join(home, path), 'utf8')]));
}

describe('the released schemas', () => {
  const checksums = readFileSync(join(home, 'released/SHA256SUMS'), 'utf8');
  const released = filesOf('released');

  it('are kept', () => {
    expect(released.size).toBeGreaterThan(0);
    expect(checksums).toBe(checksumsOf(released));
    expect(releaseFaults(checksums, released, filesOf('schemas'))).toEqual([]);
  });

  it('cannot be changed, removed or given another held copy without that being said', () => {
    const name = 'io.headwater.snapshot.completed.v1.json';
    const renamed = filesOf('schemas');
    renamed.set(name, (renamed.get(name) ?? '').replaceAll('"storedBytes"', '"bytes"'));
    expect(releaseFaults(checksums, released, renamed)).toEqual([
      `${name}: /properties/storedBytes is gone`,
      `${name}: /required: bytes is required now`,
      `${name}: /required: storedBytes is optional now`,
    ]);
    const everywhere = new Map(released).set(name, renamed.get(name) ?? '');
    expect(releaseFaults(checksums, everywhere, renamed)).toEqual([
      `${name}: the held copy is not as it was released`,
    ]);
    const without = filesOf('schemas');
    without.delete(name);
    expect(releaseFaults(checksums, released, without)).toEqual([`${name}: it is released, and is gone`]);
  });
});
