import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory, type TemporaryDirectory } from '@headwater/testing';
import { noteSource, notedSource } from './noted-source.js';

describe('notedSource', () => {
  let folder: TemporaryDirectory;
  beforeEach(async () => {
    folder = await temporaryDirectory();
  });
  afterEach(() => folder.remove());

  it('is what an earlier run found, unless another replica set is named now', async () => {
    const file = join(folder.path, 'source.json');
    await expect(notedSource(file, 'mongodb://a/')).resolves.toBeNull();
    await noteSource(file, { replicaSet: 'rs 0', series: '6.0' });
    const noted = { replicaSet: 'rs 0', series: '6.0' };
    await expect(notedSource(file, 'mongodb://a/')).resolves.toEqual(noted);
    await expect(notedSource(file, 'mongodb://a/?tls=true&replicaSet=rs%200')).resolves.toEqual(noted);
    await expect(notedSource(file, 'mongodb://a/?replicaSet=rs1')).resolves.toBeNull();
    writeFileSync(file, '{"replicaSet": "rs');
    await expect(notedSource(file, 'mongodb://a/')).resolves.toBeNull();
  });
});
