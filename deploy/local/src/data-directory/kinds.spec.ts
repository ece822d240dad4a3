import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { temporaryDirectory, type TemporaryDirectory } from '@headwater/testing';
import { DataDirectory } from './data-directory.js';
import { holdToKinds, noteKinds } from './kinds.js';

const embedded = { bus: 'embedded', store: 'directory' } as const;
const servers = { bus: 'kafka', store: 'minio' } as const;

describe('a data directory', () => {
  let folder: TemporaryDirectory;
  let directory: DataDirectory;
  beforeEach(async () => {
    folder = await temporaryDirectory();
    directory = await DataDirectory.open(folder.path, 1);
  });
  afterEach(async () => {
    directory.release();
    await folder.remove();
  });

  it('goes on with the kinds that it was begun with', async () => {
    await holdToKinds(directory, servers);
    await noteKinds(directory, servers);
    await holdToKinds(directory, servers);
    expect(readdirSync(folder.path)).toContain('kinds.json');
  });

  it.each([
    [servers, embedded],
    [embedded, servers],
    [servers, { ...servers, store: 'directory' }],
    [embedded, { ...embedded, bus: 'kafka' }],
  ] as const)('begun with %j is not started with %j, and says with which', async (begun, others) => {
    await noteKinds(directory, begun);
    await expect(holdToKinds(directory, others)).rejects.toMatchObject({
      code: 'LAUNCHER-10013',
      message: `${folder.path} was begun with --bus ${begun.bus} --store ${begun.store}, and is to be started with --bus ${others.bus} --store ${others.store}`,
    });
    await holdToKinds(directory, begun);
  });

  it('on which nothing was begun takes any', async () => {
    await holdToKinds(directory, servers);
    await holdToKinds(directory, embedded);
  });

  it('that was made before kinds were noted is known by what lies in it', async () => {
    mkdirSync(dirname(directory.busFile), { recursive: true });
    writeFileSync(directory.busFile, '');
    mkdirSync(directory.store);
    await expect(holdToKinds(directory, servers)).rejects.toMatchObject({ code: 'LAUNCHER-10013' });
    await holdToKinds(directory, embedded);
  });

  it('whose note cannot be read is not guessed about', async () => {
    writeFileSync(join(folder.path, 'kinds.json'), '{"bus":');
    await expect(holdToKinds(directory, embedded)).rejects.toMatchObject({ code: 'LAUNCHER-10003' });
  });
});
