import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DirectoryStore } from '@headwater/object-store/directory';
import { Repository } from '@headwater/repository';
import { sealSnapshot, temporaryDirectory } from '@headwater/testing';
import { materialize } from './materialize.js';

describe('materialize', () => {
  it('names the pack whose bytes are others, where only the sha256 of the file tells', async () => {
    const temporary = await temporaryDirectory('hw-materialize-');
    const { path } = temporary;
    const store = await DirectoryStore.open(join(path, 'store'));
    try {
      await mkdir(join(path, 'files'));
      // Not compressed: what zstd says of damage is no help.
      const content = randomBytes(1024 * 1024);
      await writeFile(join(path, 'files', 'collection-1.wt'), content);
      const archive = (await Repository.open(store)).deployment('d').replicaSet('rs0');
      const manifest = await sealSnapshot(archive, {
        ...{ directory: join(path, 'files'), chain: 'c', serverVersion: '6.0.5' },
        position: { ts: { t: 1, i: 1 }, term: 1 },
      });
      const pack = join(path, 'store', `deployments/d/rs0/packs/${manifest.packs[0] ?? ''}`);
      const whole = await readFile(pack);
      const at = whole.indexOf(content.subarray(500_000, 500_032));
      const damaged = Buffer.from(whole);
      damaged.writeUInt8(damaged.readUInt8(at) ^ 1, at);
      await writeFile(pack, damaged);
      const request = { archive, manifest, directory: join(path, 'made') };
      await expect(materialize(request)).rejects.toMatchObject({
        code: 'REPOSITORY-10001',
        message: expect.stringContaining(`packs/${manifest.packs[0] ?? ''}`) as string,
      });
      await writeFile(pack, whole);
      await materialize(request);
      expect((await readFile(join(path, 'made', 'collection-1.wt'))).equals(content)).toBe(true);
    } finally {
      await store.close();
      await temporary.remove();
    }
  });
});
