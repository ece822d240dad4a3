import { temporaryDirectory, type TemporaryDirectory } from '@headwater/testing';
import { Launcher } from './harness/launcher.js';
import { processesBelow } from './harness/leftovers.js';
import { withLogs } from './harness/witness.js';

describe('npm start -- --once --bus kafka --store minio', () => {
  let home: TemporaryDirectory;

  beforeAll(async () => {
    home = await temporaryDirectory('hw-servers-');
  });
  afterAll(() => home.remove());

  it('restores and verifies with every batch through Kafka and every object in MinIO, and leaves nothing running', async () => {
    const launcher = await Launcher.once(home.path, ['--bus', 'kafka', '--store', 'minio']);
    try {
      expect(await launcher.ended()).toBe(0);
      const steps = launcher.lines.filter(({ state }) => state === 'done').map(({ step }) => step);
      expect(steps).toEqual(expect.arrayContaining(['bus', 'store', 'snapshot', 'restore', 'verification']));
      const result = launcher.lines.findLast(({ step }) => step === 'result');
      const kinds: unknown = expect.arrayContaining(
        ['packs', 'oplog', 'initial-sync', 'snapshots'].map((kind): unknown =>
          expect.objectContaining({ kind }),
        ),
      );
      expect(result).toMatchObject({ state: 'done', stored: { kinds } });
      expect(await processesBelow(home.path)).toEqual([]);
    } catch (error) {
      throw withLogs(error, launcher.tail());
    }
  });
});
