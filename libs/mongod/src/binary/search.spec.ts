import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findMongod, type MongodSearch } from './search.js';

/** A program that says what mongod says of itself. */
async function fake(path: string, version: string): Promise<string> {
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, `#!/bin/sh\necho "db version v${version}"\n`);
  await chmod(path, 0o755);
  return path;
}

describe('findMongod', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'headwater-search-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  const search = (series: string, environment: Partial<MongodSearch['environment']> = {}): MongodSearch => ({
    series,
    environment: { bySeries: {}, ...environment },
    cacheDirectory: directory,
  });

  it('takes the binary named for the series before the one named for all', async () => {
    const [all, own] = [
      await fake(join(directory, 'all'), '7.0.1'),
      await fake(join(directory, 'own'), '7.0.2'),
    ];
    const found = await findMongod(search('7.0', { mongod: all, bySeries: { '7.0': own } }));
    expect(found).toEqual({ path: own, version: '7.0.2', series: '7.0' });
  });

  it('takes the binary named for all when its series fits, else the newest of the series in the cache', async () => {
    const all = await fake(join(directory, 'all'), '8.0.1');
    await fake(join(directory, 'mongod/7.0.9/mongod'), '7.0.9');
    await fake(join(directory, 'mongod/7.0.10/mongod'), '7.0.10');
    expect((await findMongod(search('8.0', { mongod: all }))).path).toBe(all);
    expect((await findMongod(search('7.0', { mongod: all }))).version).toBe('7.0.10');
  });

  it('refuses a binary named for a series that is of another one, and names the variable', async () => {
    const own = await fake(join(directory, 'own'), '6.0.5');
    await expect(findMongod(search('7.0', { bySeries: { '7.0': own } }))).rejects.toMatchObject({
      code: 'MONGOD-10003',
      message: expect.stringContaining('HEADWATER_MONGOD_7_0') as string,
    });
  });

  it('refuses a named binary that does not run', async () => {
    await expect(findMongod(search('7.0', { mongod: '/no/such/mongod' }))).rejects.toMatchObject({
      code: 'MONGOD-10002',
    });
  });

  it('tells what it tried, and which variable to set', async () => {
    const all = await fake(join(directory, 'all'), '8.0.1');
    await expect(findMongod(search('7.0', { mongod: all }))).rejects.toMatchObject({
      code: 'MONGOD-10001',
      message: expect.stringMatching(/HEADWATER_MONGOD_7_0.*HEADWATER_MONGOD: .*all is 8\.0\.1/) as string,
    });
  });
});
