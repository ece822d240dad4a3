import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requestOf } from './command-line.js';

describe('the command line of the engine suite', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'headwater-suite-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  const program = async (name: string, text: string): Promise<string> => {
    const path = join(directory, name);
    await writeFile(path, `#!/bin/sh\n${text}\n`);
    await chmod(path, 0o755);
    return path;
  };
  const mongod = (version: string): Promise<string> => program(version, `echo "db version v${version}"`);
  const refusal = async (...args: string[]): Promise<string> =>
    requestOf(args).then(
      () => 'accepted',
      (error: unknown) => String(error),
    );

  it('takes one mongod for both sides, or two of one series', async () => {
    const [one, two] = [await mongod('7.0.1'), await mongod('7.0.2')];
    expect(await requestOf(['--mongod', one])).toMatchObject({
      ...{ source: { version: '7.0.1' }, head: { version: '7.0.1' }, json: null },
    });
    const request = await requestOf(['--mongod', one, '--head-mongod', two, '--json', 'table.json']);
    expect(request).toMatchObject({ head: { path: two }, json: join(process.cwd(), 'table.json') });
    expect(await requestOf(['--help'])).toBeNull();
  });

  it('says what is wrong with what it was given, and what to do', async () => {
    expect(await refusal()).toMatch(/--mongod is missing.*npm run engine-suite/s);
    expect(await refusal('--mongodb', 'x')).toMatch(/Unknown option '--mongodb'.*npm run engine-suite/s);
    expect(await refusal('--mongod', join(directory, 'nothing'))).toMatch(/nothing does not run.*ENOENT/s);
    expect(await refusal('--mongod', await program('ls', 'echo ls 1.0'))).toMatch(/is no mongod/);
    expect(await refusal('--mongod', await mongod('4.4.9'))).toMatch(/4\.4\.9.*knows MongoDB 5\.0/);
    const pair = ['--mongod', await mongod('6.0.1'), '--head-mongod', await mongod('7.0.1')];
    expect(await refusal(...pair)).toMatch(/cannot be applied by another/);
  });

  it('names the library that a mongod misses', async () => {
    const text =
      'error while loading shared libraries: libssl.so.1.1: cannot open shared object file: No such file';
    const path = await program('unlinked', `echo "${text}" >&2; exit 127`);
    expect(await refusal('--mongod', path)).toMatch(/Install libssl\.so\.1\.1, or take the build/);
  });
});
