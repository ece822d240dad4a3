import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryDirectory, type TemporaryDirectory } from '@headwater/testing';
import { keysIn } from './minio-keys.js';

describe('the keys of the MinIO of a data directory', () => {
  let folder: TemporaryDirectory;
  let file: string;
  beforeEach(async () => {
    folder = await temporaryDirectory();
    file = join(folder.path, 'minio-keys.json');
  });
  afterEach(() => folder.remove());

  it('are made once, and are for nobody else to read', async () => {
    const made = await keysIn(file);
    expect(await keysIn(file)).toEqual(made);
    expect((await stat(file)).mode & 0o077).toBe(0);
    expect(await readdir(folder.path)).toEqual(['minio-keys.json']);
  });

  it('are made though an earlier start was killed while it wrote them', async () => {
    await writeFile(`${file}.new`, '{"accessKey":"0');
    const made = await keysIn(file);
    expect(await keysIn(file)).toEqual(made);
    expect(await readdir(folder.path)).toEqual(['minio-keys.json']);
  });

  it.each(['', '{"accessKey":"0123', '{"accessKey":"0123456789abcdef","secretKey":""}', 'null'])(
    'that cannot be read (%j) are named, and not shown',
    async (text) => {
      await writeFile(file, text);
      const refusal: unknown = await keysIn(file).catch((error: unknown) => error);
      const message = `${file} holds no access key and secret key`;
      expect(refusal).toMatchObject({ code: 'LAUNCHER-10014', message });
      expect((refusal as Error).cause).toBeUndefined();
    },
  );
});
