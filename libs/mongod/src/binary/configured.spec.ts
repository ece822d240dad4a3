import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mongodsOf } from './configured.js';

describe('the mongods of a service', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'headwater-configured-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('are taken though nobody tested their version, which is said once', async () => {
    const mongod70 = join(directory, 'mongod');
    await writeFile(mongod70, '#!/bin/sh\necho "db version v7.0.1"\n');
    await chmod(mongod70, 0o755);
    const warnings: [object, string][] = [];
    const mongods = mongodsOf(
      { mongod70, cacheDirectory: directory },
      { info: () => undefined, warn: (fields, line) => warnings.push([fields, line]) },
    );
    expect(await mongods('7.0')).toMatchObject({ path: mongod70, version: '7.0.1' });
    await mongods('7.0');
    expect(warnings).toEqual([
      [{ logId: 'mongod.version-untested', version: '7.0.1' }, expect.stringContaining('any MongoDB 7.0')],
    ]);
  });
});
